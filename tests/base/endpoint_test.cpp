// SPDX-License-Identifier: MIT
// URLs come with secrets in every place that libpq allows, and in some that it does not.
#include "base/error.hpp"
#include "engine/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace dbsync {
namespace {

using testing::HasSubstr;
using testing::Not;

Endpoint parse(const std::string& url) { return Endpoint::parse(url, ""); }

// What the refusal says, hint included.
std::string refusal(const std::string& url) {
    try {
        (void)Endpoint::parse(url, "");
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Usage) << url;
        return std::string{error.what()} + " / " + error.fields().hint;
    }
    ADD_FAILURE() << url << " was accepted";
    return "";
}

TEST(EndpointTest, TakesThePasswordOutOfTheUserPart) {
    const Endpoint end = parse("postgresql://app:se%40cret@db.example:5433/shop?sslmode=require");

    EXPECT_EQ(end.engine, EngineKind::Postgres);
    EXPECT_EQ(end.url, "postgresql://app@db.example:5433/shop?sslmode=require");
    EXPECT_EQ(end.password, "se@cret");
}

TEST(EndpointTest, TakesThePasswordOutOfTheParameters) {
    const Endpoint end =
        parse("postgres:///shop?host=/tmp/sock&password=s%26cret&application_name=x");

    EXPECT_EQ(end.url, "postgres:///shop?host=/tmp/sock&application_name=x");
    EXPECT_EQ(end.password, "s&cret");
    EXPECT_EQ(parse("postgresql://h/d?%70assword=secret").url, "postgresql://h/d");
    EXPECT_EQ(parse("postgresql://h/d?password=secret").url, "postgresql://h/d");
}

TEST(EndpointTest, LeavesAUrlWithoutPasswordAsItIs) {
    for (const char* url : {"postgresql://", "postgresql://db", "postgresql://app@db/shop",
                            "postgresql://[::1]:5432/shop", "postgresql://a:1,b:2/shop",
                            "postgresql://?service=prod", "postgresql://%2Ftmp%2Fsock/shop"}) {
        EXPECT_EQ(parse(url).url, url);
        EXPECT_EQ(parse(url).password, "");
    }
}

TEST(EndpointTest, TakesAConnectionStringForPostgres) {
    const Endpoint end = parse(R"(host=db.example dbname='my db' password='it\'s' user=app)");

    EXPECT_EQ(end.engine, EngineKind::Postgres);
    EXPECT_EQ(end.url, "host=db.example dbname='my db' user=app");
    EXPECT_EQ(end.password, "it's");
    EXPECT_EQ(parse("password = top dbname=x").url, "dbname=x");
}

TEST(EndpointTest, PrefersTheUrlsPasswordToTheEnvironments) {
    EXPECT_EQ(Endpoint::parse("postgresql://u:url@h/d", "env").password, "url");
    EXPECT_EQ(Endpoint::parse("postgresql://u@h/d", "env").password, "env");
}

TEST(EndpointTest, NeverRepeatsASecretInARefusal) {
    for (const char* url :
         {"postgresql://app:sec/ret@db/shop", "postgresql://app:sec@ret@db/shop",
          "postgresql://app:sec?ret@db/shop", "app:secret@db/shop", "oracle://app:secret@db/shop",
          "postgresql://app:secret%@db/shop", "postgresql://app:secret%zz@db", "secret",
          "postgresql://db/shop?sslpassword=secret", "mysql://app:sec@ret@db/shop",
          "mysql://app:secret@db", "mysql://app:secret@db/shop?ssl-mode=maybe",
          "host=db password='secret", "postgres:app:secret@db"}) {
        const std::string text = refusal(url);
        EXPECT_THAT(text, Not(HasSubstr("sec"))) << url;
        EXPECT_THAT(text, Not(HasSubstr("ret@"))) << url;
    }
}

TEST(EndpointTest, TakesMysqlAndMariadbForOneEngine) {
    const Endpoint end = parse("mariadb://app:se%40cret@db.example:3307/shop?ssl-mode=required");

    EXPECT_EQ(end.engine, EngineKind::Mysql);
    EXPECT_EQ(end.url, "mysql://app@db.example:3307/shop?ssl-mode=required");
    EXPECT_EQ(end.password, "se@cret");
    EXPECT_EQ(parse("mysql://app@/shop?socket=/run/my.sock").url,
              "mysql://app@/shop?socket=/run/my.sock");
    EXPECT_EQ(parse("mysql://[::1]:3306/shop").url, "mysql://[::1]:3306/shop");
}

TEST(EndpointTest, RefusesAMysqlUrlThatCannotBeUsed) {
    EXPECT_THAT(refusal("mysql://app@db"), HasSubstr("no database"));
    EXPECT_THAT(refusal("mysql://app@db:x/shop"), HasSubstr("port"));
    EXPECT_THAT(refusal("mysql://app@db/shop?sslmode=require"), HasSubstr("sslmode"));
    EXPECT_THAT(refusal("mysql://app@db/shop?ssl-mode=maybe"), HasSubstr("maybe"));
}

TEST(EndpointTest, MakesARelativeSqliteFileAbsolute) {
    const std::string folder = std::filesystem::current_path().string();

    EXPECT_EQ(parse("sqlite:shop.db").url, "sqlite://" + folder + "/shop.db");
    EXPECT_EQ(parse("sqlite:./a/../shop.db").url, "sqlite://" + folder + "/shop.db");
    EXPECT_EQ(parse("sqlite:///var/shop.db").url, "sqlite:///var/shop.db");
    EXPECT_EQ(parse("sqlite:/var/shop.db").url, "sqlite:///var/shop.db");
}

TEST(EndpointTest, RefusesASqliteUrlWithoutAFile) {
    for (const char* url : {"sqlite:", "sqlite://", "sqlite://host/shop.db", "sqlite:/var/",
                            "sqlite::memory:"}) {
        EXPECT_THAT(refusal(url), HasSubstr("sqlite:")) << url;
    }
}

}  // namespace
}  // namespace dbsync
