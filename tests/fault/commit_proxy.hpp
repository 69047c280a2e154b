// SPDX-License-Identifier: MIT
// A TCP proxy in front of a server that passes COMMITs on and then loses the answer: the client
// cannot know whether it was committed. It knows just enough of the protocols of PostgreSQL and
// MySQL to see a simple query that says COMMIT.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace dbsync::test {

class CommitProxy {
  public:
    // Loses the answers to the COMMITs with these numbers (1 is the first), over all connections.
    CommitProxy(int server_port, std::set<int> lost)
        : server_port_{server_port}, lost_{std::move(lost)} {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        if (listener_ < 0 || ::bind(listener_, plain(address), size) != 0 ||
            ::listen(listener_, 64) != 0 || ::getsockname(listener_, plain(address), &size) != 0) {
            throw std::runtime_error{"the proxy has no port"};
        }
        port_ = ntohs(address.sin_port);
        acceptor_ = std::jthread{[this](const std::stop_token& stop) { accept_all(stop); }};
    }
    ~CommitProxy() {
        acceptor_.request_stop();
        acceptor_.join();
        for (std::jthread& thread : relays_) {
            thread.request_stop();
        }
        relays_.clear();
        ::close(listener_);
    }
    CommitProxy(const CommitProxy&) = delete;
    CommitProxy& operator=(const CommitProxy&) = delete;

    [[nodiscard]] int port() const noexcept { return port_; }
    [[nodiscard]] int answers_lost() const noexcept { return answers_lost_; }

  private:
    static constexpr int look_again_ms = 50;

    static sockaddr_in loopback(int port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        return address;
    }
    static sockaddr* plain(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

    void accept_all(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            pollfd waiting{listener_, POLLIN, 0};
            if (::poll(&waiting, 1, look_again_ms) <= 0) {
                continue;
            }
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client >= 0) {
                relays_.emplace_back(
                    [this, client](const std::stop_token& stopped) { relay(client, stopped); });
            }
        }
    }

    void relay(int client, const std::stop_token& stop) {
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = loopback(server_port_);
        bool open = ::connect(server, plain(address), sizeof address) == 0;
        bool lose_answer = false;
        while (open && !stop.stop_requested()) {
            std::array<pollfd, 2> both{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
            if (::poll(both.data(), both.size(), look_again_ms) <= 0) {
                continue;
            }
            if (both[0].revents != 0) {
                open = pass(client, server, lose_answer);
            }
            if (open && both[1].revents != 0) {
                // The server has answered, so it has committed; the client never hears of it.
                open = !lose_answer && pass_back(server, client);
            }
        }
        answers_lost_ += lose_answer ? 1 : 0;
        ::close(client);
        ::close(server);
    }

    bool pass(int from, int to, bool& lose_answer) {
        std::array<char, 65536> buffer{};
        const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
        if (got <= 0) {
            return false;
        }
        const std::string bytes(buffer.data(), static_cast<std::size_t>(got));
        if (says_commit(bytes)) {
            lose_answer = lost_.contains(++commits_);
        }
        return send_all(to, bytes);
    }

    static bool says_commit(const std::string& bytes) {
        // 'Q', the length of "COMMIT" with its NUL and of the length itself, the text.
        static const std::string postgres{
            "Q\0\0\0\x0b"
            "COMMIT\0",
            12};
        // The length, the number of the packet, the command for a query, the text.
        static const std::string mysql{
            "\x07\0\0\0\x03"
            "COMMIT",
            11};
        return bytes.ends_with(postgres) || bytes.ends_with(mysql);
    }

    static bool pass_back(int from, int to) {
        std::array<char, 65536> buffer{};
        const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
        return got > 0 && send_all(to, {buffer.data(), static_cast<std::size_t>(got)});
    }

    static bool send_all(int to, std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    int server_port_;
    std::set<int> lost_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<int> commits_{0};
    std::atomic<int> answers_lost_{0};
    std::vector<std::jthread> relays_;
    std::jthread acceptor_;
};

}  // namespace dbsync::test
