#include "host/admin/cli.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace chatd::admin {
namespace {

constexpr int most_slow = 1'000;
constexpr int most_list = 10'000;

// "30s", "90m", "12h", "7d"; nothing when it is not that.
std::optional<std::chrono::seconds> duration(std::string_view text) {
  constexpr std::int64_t most = 1'000'000'000;
  const std::array<std::pair<char, std::int64_t>, 4> units{{{'s', 1}, {'m', 60}, {'h', 3'600}, {'d', 86'400}}};
  if (text.empty()) return std::nullopt;
  const auto unit = std::ranges::find(units, text.back(), &std::pair<char, std::int64_t>::first);
  std::int64_t count = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (unit == units.end() || error != std::errc() || stop != end || count < 1 || count > most / unit->second) return std::nullopt;
  return std::chrono::seconds(count * unit->second);
}

}  // namespace

Cli::Cli(CLI::App& admin, const std::function<void(CLI::App&)>& add_host) : admin_(admin) {
  admin.require_subcommand(1);
  const auto add = [&](const char* name, const char* what, Run run) -> CLI::App& {
    auto& command = *admin.add_subcommand(name, what);
    add_host(command);
    command.add_flag("--json", [this](std::int64_t) { form_ = Form::json; }, "One JSON object");
    commands_.emplace_back(&command, std::move(run));
    return command;
  };
  add("status", "How it is, and how much it has to do", [this](const auto& host) { return status(host, form_); });
  add("health", "Ends with 0 when it serves and with 1 when not, and says why: for health checks",
      [this](const auto& host) { return health(host, form_); });
  auto& slow =
      add("slow", "The clients that are furthest behind", [this](const auto& host) { return slow_clients(host, limit_, form_); });
  slow.add_option("--limit", limit_, "At most so many clients (20 unless given)")->check(CLI::Range(1, most_slow));

  auto& sessions_command = add("sessions", "The streams that are open, the oldest first", [this](const auto& host) {
    SessionsWanted wanted = sessions_;
    wanted.limit = limit_;
    if (lobby_) wanted.room = "";
    if (!room_.empty()) wanted.room = room_;
    return sessions(host, wanted, form_);
  });
  sessions_command.add_option("--user", sessions_.user_id, "Only this user's")->type_name("ID");
  auto* const room = sessions_command.add_option("--room", room_, "Only those in this room")->type_name("NAME");
  sessions_command.add_flag("--lobby", lobby_, "Only those in the lobby")->excludes(room);
  add_limit(sessions_command, "At most so many (100 unless given)");

  auto& rooms_command = add("rooms", "The rooms in memory, those with the most readers first",
                            [this](const auto& host) { return rooms(host, limit_, form_); });
  add_limit(rooms_command, "At most so many (100 unless given)");
  auto& kick_command = add("kick", "Ends streams, once; their clients may come again",
                           [this](const auto& host) { return kick(host, kick_, form_); });
  auto& kicked = *kick_command.add_option_group("whom", "Whom");
  kicked.add_option("--user", kick_.user_id, "All of this user's, on all hosts")->type_name("ID");
  kicked.add_option("--token", kick_.token_id, "All of the token's with this id (jti), on all hosts")->type_name("ID");
  auto* const connection = kicked.add_option("--connection", kick_.connection, "This one, as sessions lists it")
                               ->type_name("N")
                               ->check(CLI::PositiveNumber);
  kicked.require_option(1);
  kick_command.add_option("--server", kick_.server_id, "The host that the connection is with (none: the one that is asked)")
      ->type_name("ID")
      ->needs(connection);
  kick_command.add_option("--reason", kick_.reason, "Told to the client")->type_name("TEXT");
  auto& ban_command = add("ban", "Refuses a user, or a token, and ends their streams, on all hosts", [this](const auto& host) {
    BanWanted wanted = ban_;
    wanted.lasts = duration(for_);
    return ban(host, wanted, form_);
  });
  add_whom(ban_command);
  ban_command.add_option("--for", for_, "So long: 30s, 90m, 12h, 7d (none: for good)")
      ->type_name("TIME")
      ->check(
          [](const std::string& text) { return std::string(duration(text) ? "" : "takes a time such as 30s, 90m, 12h or 7d"); });
  ban_command.add_option("--reason", ban_.reason, "Told to the client")->type_name("TEXT");
  add_whom(add("unban", "Lifts a ban", [this](const auto& host) { return unban(host, ban_, form_); }));
  auto& bans_command =
      add("bans", "The bans in force, the newest first", [this](const auto& host) { return bans(host, limit_, form_); });
  add_limit(bans_command, "At most so many (100 unless given)");
  add("servers", "The hosts of the cluster", [this](const auto& host) { return servers(host, form_); });
  add("plugins", "What is loaded, and how it is", [this](const auto& host) { return plugins(host, form_); });
  auto& level = add("log-level", "Tells the least severe lines that are written, or changes that until the host ends",
                    [this](const auto& host) {
                      const bool one = log_level_.size() > 1;
                      return log_level(host, one ? log_level_.front() : "", log_level_.empty() ? "" : log_level_.back(), form_);
                    });
  level.add_option("LEVEL", log_level_, "LEVEL for all, or COMPONENT LEVEL; debug, info, warning or error")->expected(-1);
  // Not by expected(0, 2), which makes "[LEVEL(0x)]" of it in the usage.
  level.parse_complete_callback([this] {
    if (log_level_.size() > 2) throw CLI::ArgumentMismatch("log-level takes LEVEL or COMPONENT LEVEL, and no third word");
  });
}

void Cli::add_limit(CLI::App& command, const char* what) {
  command.add_option("--limit", limit_, what)->check(CLI::Range(1, most_list));
}

void Cli::add_whom(CLI::App& command) {
  auto& whom = *command.add_option_group("whom", "Whom");
  whom.add_option("--user", ban_.user_id, "This user")->type_name("ID");
  whom.add_option("--token", ban_.token_id, "This token (jti), as sessions lists it")->type_name("ID");
  whom.require_option(1);
}

bool Cli::chosen() const { return admin_.parsed(); }

sdk::Result<std::string> Cli::run(const Target& host) const {
  const auto found = std::ranges::find_if(commands_, [](const auto& command) { return command.first->parsed(); });
  return found->second(host);
}

}  // namespace chatd::admin
