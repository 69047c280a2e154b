// SPDX-License-Identifier: MIT
#include "engine/mysql/view_order.hpp"
#include "sql/tokens.hpp"


#include <map>
#include <utility>

namespace dbsync::mysql {

namespace {

bool opens_table_list(const sql::Token& token) {
    return token.is_word("FROM") || token.is_word("JOIN") || token.is_word("STRAIGHT_JOIN");
}

class Sorter {
  public:
    Sorter(std::vector<View> views, const std::set<std::string>& missing) : missing_{missing} {
        for (View& view : views) {
            const std::string name = view.text.name;
            views_.emplace(name, std::move(view));
        }
    }

    ViewOrder sort() {
        for (const auto& [name, view] : views_) {
            visit(name);
        }
        return std::move(order_);
    }

  private:
    // What is not there when `name` is made; empty if it can be made.
    std::string visit(const std::string& name) {
        if (const auto known = visited_.find(name); known != visited_.end()) {
            return known->second;
        }
        visited_[name] = {};
        const View& view = views_.at(name);
        for (const std::string& used : tables_of(view.text)) {
            std::string gone = missing_.contains(used) ? used : std::string{};
            if (views_.contains(used) && !visit(used).empty()) {
                gone = used;
            }
            if (!gone.empty()) {
                visited_[name] = gone;
                order_.left_out.push_back({name, gone});
                return gone;
            }
        }
        order_.views.push_back(view);
        return {};
    }

    const std::set<std::string>& missing_;
    std::map<std::string, View> views_;
    std::map<std::string, std::string> visited_;
    ViewOrder order_;
};

}  // namespace

std::set<std::string> tables_of(const SchemaText& view) {
    const std::vector<sql::Token> tokens = sql::tokenize(view.statement);
    std::set<std::string> tables;
    bool expected = false;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (opens_table_list(tokens[i])) {
            expected = true;
        } else if (!tokens[i].is_symbol('(')) {
            // `other`.`table`, and EXTRACT(… FROM `alias`.`column`), are no tables of ours.
            if (expected && tokens[i].kind == sql::TokenKind::Quoted &&
                !tokens[i + 1].is_symbol('.')) {
                tables.insert(tokens[i].name());
            }
            expected = false;
        }
    }
    tables.erase(view.name);
    return tables;
}

ViewOrder order_views(std::vector<View> views, const std::set<std::string>& missing) {
    return Sorter{std::move(views), missing}.sort();
}

}  // namespace dbsync::mysql
