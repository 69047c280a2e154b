// SPDX-License-Identifier: MIT
// JSON in one spelling. Parsed by nlohmann::json's event interface, because its own tree rounds
// numbers: 1.10 and 1.1 are one number here, 0.1 and 0.10000000000000001 are two.
#include "row/canonical.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <utility>

namespace dbsync {

namespace {

using Json = nlohmann::json;

// A value that is spelled already, or what is still being gathered.
struct Open {
    bool object = false;
    std::string key;
    std::map<std::string, std::string> members;  // spelled key -> spelled value; the last one stays
    std::vector<std::string> elements;
};

class Speller : public nlohmann::json_sax<Json> {
  public:
    bool null() override { return put("null"); }
    bool boolean(bool value) override { return put(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override { return put(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return put(std::to_string(value)); }
    bool number_float(number_float_t /*value*/, const string_t& text) override {
        // An exponent too large to be written out stays one.
        return put(canonical_decimal(text).value_or(text));
    }
    bool string(string_t& value) override { return put(spelled(value)); }
    bool binary(binary_t& /*value*/) override { return false; }
    bool start_object(std::size_t /*elements*/) override { return open(true); }
    bool start_array(std::size_t /*elements*/) override { return open(false); }
    bool key(string_t& value) override {
        open_.back().key = spelled(value);
        return true;
    }
    bool end_object() override {
        const Open done = close();
        std::string text = "{";
        for (const auto& [key, value] : done.members) {
            text += (text.size() > 1 ? "," : "") + key + ":" + value;
        }
        return put(text + "}");
    }
    bool end_array() override {
        const Open done = close();
        std::string text = "[";
        for (const std::string& value : done.elements) {
            text += (text.size() > 1 ? "," : "") + value;
        }
        return put(text + "]");
    }
    bool parse_error(std::size_t /*position*/,
                     const std::string& /*token*/,
                     const Json::exception& /*error*/) override {
        return false;
    }
    std::string result;

  private:
    static std::string spelled(const std::string& text) { return Json(text).dump(); }
    bool open(bool object) {
        open_.push_back({.object = object, .key = {}, .members = {}, .elements = {}});
        return true;
    }
    Open close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        return done;
    }
    bool put(std::string value) {
        if (open_.empty()) {
            result = std::move(value);
        } else if (open_.back().object) {
            open_.back().members[open_.back().key] = std::move(value);
        } else {
            open_.back().elements.push_back(std::move(value));
        }
        return true;
    }

    std::vector<Open> open_;
};

}  // namespace

std::optional<std::string> canonical_json(std::string_view text) {
    if (!is_utf8(text)) {
        return std::nullopt;
    }
    Speller speller;
    if (!Json::sax_parse(text.begin(), text.end(), &speller)) {
        return std::nullopt;
    }
    return std::move(speller.result);
}

}  // namespace dbsync
