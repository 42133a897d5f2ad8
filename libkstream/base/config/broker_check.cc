#include "base/config/broker_check.h"

#include "base/config/broker_config.h"
#include "base/config/suggest.h"
#include "base/config/value.h"

#include <algorithm>

namespace kstream::config {
namespace {

/// Names that belong to a listener, a plug-in or the like, and so are in no table.
constexpr std::string_view kOpenPrefixes[] = {"config.providers.", "listener.name.", "rlmm.config.", "rsm.config."};
/// What Kafka had up to 3.9.
constexpr std::string_view kRemovedPrefixes[] = {"password.encoder.", "zookeeper."};
constexpr std::string_view kRemoved[] = {
    "auto.include.jmx.reporter",
    "broker.id.generation.enable",
    "control.plane.listener.name",
    "controlled.shutdown.max.retries",
    "controlled.shutdown.retry.backoff.ms",
    "delegation.token.master.key",
    "eligible.leader.replicas.enable",
    "group.coordinator.new.enable",
    "inter.broker.protocol.version",
    "leader.imbalance.per.broker.percentage",
    "log.message.downconversion.enable",
    "log.message.format.version",
    "log.message.timestamp.difference.max.ms",
    "offsets.commit.required.acks",
    "reserved.broker.max.id",
};

bool starts_with_one_of(std::string_view name, std::span<const std::string_view> prefixes) {
  return std::ranges::any_of(prefixes, [&](auto prefix) { return name.starts_with(prefix); });
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

bool contains(const std::vector<std::string_view>& items, std::string_view item) {
  return std::ranges::find(items, item) != items.end();
}

/// Goes over values that people wrote and gathers what is wrong. A check that needs another config to be right leaves
/// its complaint to that one.
class Checker {
 public:
  explicit Checker(const Values& values) : values_(values) {}

  std::vector<Problem> run() {
    for (const auto& [name, value] : values_) check_setting(name, value);
    if (problems_.empty() || std::ranges::all_of(problems_, &Problem::is_warning)) {
      for (const Row& row : broker_rows()) check_synonyms(row);
      for (const Row& row : topic_rows()) check_synonyms(row);
      check_folders();
      check_listeners();
      check_advertised();
      check_cluster();
      check_limits();
      check_memory();
    }
    std::ranges::stable_sort(problems_, {}, &Problem::name);
    return std::move(problems_);
  }

 private:
  void error(std::string_view name, std::string text) {
    problems_.push_back({std::string(name), std::move(text), false});
  }
  void warning(std::string_view name, std::string text) {
    problems_.push_back({std::string(name), std::move(text), true});
  }

  std::string value(std::string_view name) const {
    return broker_value(*find_row(broker_rows(), name), values_).value_or("");
  }

  void check_setting(const std::string& name, const std::string& text) {
    const Row* row = find_broker_row(name);
    if (!row) return check_unknown(name);
    if (auto status = check_value(*row, text); !status) {
      return error(name, row->name == name ? status.error().detail : quoted(name) + ": " + status.error().detail);
    }
    if (row->effect == Effect::obeyed || is_default(*row, text)) return;
    if (row->effect == Effect::ignored) return warning(name, quoted(name) + " has no effect yet");
    bool has_default = row->default_value && !row->default_value->empty();
    error(name, quoted(name) + " has no effect yet, and must not seem to: remove it" +
                    (has_default ? ", or give it its default, " + std::string(*row->default_value) : ""));
  }

  void check_unknown(const std::string& name) {
    if (starts_with_one_of(name, kOpenPrefixes)) return warning(name, quoted(name) + " has no effect yet");
    if (starts_with_one_of(name, kRemovedPrefixes) || std::ranges::find(kRemoved, name) != std::end(kRemoved)) {
      return warning(name, quoted(name) + " has no effect: Kafka removed it in 4.0");
    }
    // As Kafka, which leaves to plug-ins what it does not know; but a slip of the pen is told from their names.
    if (suggest(name, broker_rows()).empty())
      return warning(name, unknown_name(name, broker_rows()) + " and has no effect");
    error(name, unknown_name(name, broker_rows()));
  }

  /// What a synonym gives must be valid for the config that it stands for: `broker.id` for `node.id`, `log.roll.hours`
  /// for `segment.ms`.
  void check_synonyms(const Row& row) {
    if (row.update != Update::topic && values_.contains(row.name)) return;
    auto given = value_of_synonyms(row, values_);
    if (!given || check_value(row, *given)) return;
    for (const Synonym& synonym : row.synonyms) {
      if (!values_.contains(synonym.name)) continue;
      return error(synonym.name, quoted(synonym.name) + " stands for " + check_value(row, *given).error().detail);
    }
  }

  void check_folders() {
    std::string_view name = values_.contains("log.dirs") || !values_.contains("log.dir") ? "log.dirs" : "log.dir";
    auto text = value("log.dirs");
    auto folders = parse_list(text);
    if (folders.empty()) return error(name, "\"log.dirs\" must name the directory for the data");
    if (contains(folders, "")) return error(name, quoted(name) + " has an empty item");
    std::ranges::sort(folders);
    if (auto twice = std::ranges::adjacent_find(folders); twice != folders.end()) {
      error(name, quoted(name) + " names " + std::string(*twice) + " twice");
    }
    auto metadata = value("metadata.log.dir");
    if (!trim(metadata).empty() && !contains(folders, trim(metadata))) {
      error("metadata.log.dir", "\"metadata.log.dir\" must be one of \"log.dirs\", not " + metadata);
    }
  }

  /// The protocol of a listener by listener.security.protocol.map. Kafka lets a controller's listener be absent there.
  std::string_view protocol(std::string_view listener, const std::vector<std::string_view>& map, bool for_controllers) {
    for (auto item : map) {
      auto colon = item.find(':');
      if (colon != item.npos && trim(item.substr(0, colon)) == listener) return trim(item.substr(colon + 1));
    }
    return for_controllers ? "PLAINTEXT" : "";
  }

  void check_listeners() {
    auto listeners = parse_listeners(value("listeners"));
    if (!listeners) return error("listeners", "\"listeners\": " + listeners.error().detail);
    auto names = value("controller.listener.names"), map = value("listener.security.protocol.map");
    auto controllers = parse_list(names);
    std::size_t for_clients = 0;
    for (const Listener& listener : *listeners) {
      bool for_controllers = contains(controllers, listener.name);
      auto spoken = protocol(listener.name, parse_list(map), for_controllers);
      if (spoken.empty()) {
        error("listeners", "\"listeners\": \"listener.security.protocol.map\" has no protocol for " + listener.name);
      } else if (spoken != "PLAINTEXT") {
        error("listeners", "\"listeners\": " + listener.name + " is to speak " + std::string(spoken) +
                               ", but so far there is only PLAINTEXT");
      }
      if (for_controllers)
        warning("listeners", "\"listeners\": " + listener.name + " is for controllers and not opened");
      for_clients += for_controllers ? 0 : 1;
    }
    if (for_clients == 0)
      error("listeners", "\"listeners\" must name one for clients, such as PLAINTEXT://127.0.0.1:9092");
    for (const auto& [name, value] : values_) {
      const Row* row = find_broker_row(name);
      if (row && row->name != name && std::ranges::none_of(*listeners, [&](const Listener& listener) {
            return of_listener(listener.name, row->name) == name;
          }))
        warning(name, quoted(name) + " is of no listener of \"listeners\" and has no effect");
    }
  }

  void check_advertised() {
    auto listeners = parse_listeners(value("listeners"));
    auto told = parse_listeners(value("advertised.listeners"));
    if (!told) return error("advertised.listeners", "\"advertised.listeners\": " + told.error().detail);
    if (!listeners) return;
    for (const Listener& listener : *told) {
      if (std::ranges::find(*listeners, listener.name, &Listener::name) == listeners->end()) {
        error("advertised.listeners", "\"advertised.listeners\": " + listener.name + " is not among \"listeners\"");
      }
    }
    for (const Listener& listener : *listeners) {
      auto found = std::ranges::find(*told, listener.name, &Listener::name);
      const std::string& host = found == told->end() ? listener.host : found->host;
      if (host != "0.0.0.0" && host != "::") continue;
      std::string_view name = found == told->end() ? "listeners" : "advertised.listeners";
      error(name, quoted(name) + ": clients cannot connect to " + host +
                      "; say in \"advertised.listeners\" what they are to use");
    }
  }

  /// One server is a whole cluster so far. To start as one where several are meant would split their data.
  void check_cluster() {
    auto roles = value("process.roles");
    if (auto items = parse_list(roles); !contains(items, "broker") || !contains(items, "controller")) {
      error("process.roles", "\"process.roles\": so far a server is always both, broker,controller");
    }
    auto id = value("node.id"), old_id = value("broker.id");
    if (values_.contains("node.id") && values_.contains("broker.id") && parse_integer(id) != parse_integer(old_id)) {
      error("broker.id", "\"broker.id\" is the old name of \"node.id\", which is " + id);
    }
    auto voters = value("controller.quorum.voters");
    auto items = parse_list(voters);
    if (items.size() > 1)
      error("controller.quorum.voters", "\"controller.quorum.voters\": so far a cluster is one server");
    if (items.size() == 1 && parse_integer(items[0].substr(0, items[0].find('@'))) != parse_integer(id)) {
      error("controller.quorum.voters",
            "\"controller.quorum.voters\" must name this server, whose \"node.id\" is " + id);
    }
    if (parse_list(value("controller.quorum.bootstrap.servers")).size() > 1) {
      error("controller.quorum.bootstrap.servers",
            "\"controller.quorum.bootstrap.servers\": so far a cluster is one server");
    }
  }

  void check_limits() {
    auto overrides = value("max.connections.per.ip.overrides");
    if (auto counts = parse_counts(overrides); !counts) {
      error("max.connections.per.ip.overrides", "\"max.connections.per.ip.overrides\": " + counts.error().detail);
    }
    if (parse_integer(value("max.connections.per.ip")) == 0 && trim(overrides).empty()) {
      error("max.connections.per.ip",
            "\"max.connections.per.ip\" of 0 lets nobody in; name in \"max.connections.per.ip.overrides\" who may");
    }
    auto metrics = value("metrics.listener");
    if (auto address = parse_address(metrics); !trim(metrics).empty() && !address) {
      error("metrics.listener", "\"metrics.listener\": " + address.error().detail + ", such as 127.0.0.1:9404");
    }
  }

  void check_memory() {
    auto all = *parse_integer(value("queued.max.request.bytes"));
    if (all > 0 && all < *parse_integer(value("socket.request.max.bytes"))) {
      error("queued.max.request.bytes",
            "\"queued.max.request.bytes\" must not be less than \"socket.request.max.bytes\": a request must fit");
    }
  }

  const Values& values_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> check_broker_configs(const Values& values) { return Checker(values).run(); }

}  // namespace kstream::config
