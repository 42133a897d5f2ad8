#include "cli/cluster_rows.h"

#include "cli/rows_text.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace kstream::cli {
namespace {

std::string yes_or_no(bool value) { return value ? "yes" : "no"; }

std::string_view endpoint_type_word(EndpointType type) {
  return type == EndpointType::broker ? "broker" : type == EndpointType::controller ? "controller" : "unknown";
}

/// -1 if the broker does not tell of fenced ones.
std::int64_t fenced_count(const ClusterDescription& cluster) {
  return cluster.with_fenced ? std::ranges::count(cluster.brokers, true, &BrokerInfo::fenced) : -1;
}

std::int64_t up_count(const ClusterDescription& cluster) {
  return std::ranges::count(cluster.brokers, false, &BrokerInfo::fenced);
}

/// A replica as it stands beside the leader. Numbers below 0 say that nobody knows.
struct QuorumRow {
  const QuorumReplica& replica;
  std::string_view role;
  std::int64_t lag = -1;  ///< records
  std::int64_t lag_ms = -1;
};

/// How far `value` is behind `leader`, both being known.
std::int64_t behind(std::int64_t value, std::int64_t leader) {
  return value < 0 || leader < 0 ? -1 : std::max<std::int64_t>(0, leader - value);
}

QuorumRow quorum_row(const QuorumReplica& replica, std::string_view role, const QuorumReplica& leader) {
  return {replica, role, behind(replica.log_end.value, leader.log_end.value),
          behind(replica.last_caught_up.value, leader.last_caught_up.value)};
}

/// The voters, then the observers.
std::vector<QuorumRow> quorum_rows(const QuorumDescription& quorum) {
  static const QuorumReplica kUnknown;
  const auto at = std::ranges::find(quorum.voters, quorum.leader, &QuorumReplica::node);
  const QuorumReplica& leader = at == quorum.voters.end() ? kUnknown : *at;
  std::vector<QuorumRow> rows;
  rows.reserve(quorum.voters.size() + quorum.observers.size());
  for (const QuorumReplica& voter : quorum.voters)
    rows.push_back(quorum_row(voter, &voter == &leader ? "leader" : "voter", leader));
  for (const QuorumReplica& observer : quorum.observers) rows.push_back(quorum_row(observer, "observer", leader));
  return rows;
}

/// `CONTROLLER://host:9093`.
std::string endpoint_text(const QuorumEndpoint& endpoint) {
  const bool colons = endpoint.host.find(':') != std::string::npos;
  return endpoint.listener + "://" + (colons ? '[' + endpoint.host + ']' : endpoint.host) + ':' +
         std::to_string(endpoint.port);
}

std::string endpoints_cell(const std::vector<QuorumEndpoint>& endpoints) {
  std::string cell;
  for (const QuorumEndpoint& endpoint : endpoints) cell += (cell.empty() ? "" : ",") + endpoint_text(endpoint);
  return cell;
}

std::optional<std::string> directory_text(const QuorumReplica& replica) {
  return replica.directory.is_zero() ? std::nullopt : std::optional(replica.directory.to_string());
}

/// The cells of a replica's own columns.
std::vector<std::string> replica_cells(const QuorumRow& row, const RowsOutput& output) {
  const QuorumReplica& replica = row.replica;
  return {std::to_string(replica.node.value),
          std::string(row.role),
          known(replica.log_end.value),
          known(row.lag),
          known(row.lag_ms),
          shown_time(replica.last_fetch, output.format).value_or(""),
          shown_time(replica.last_caught_up, output.format).value_or(""),
          directory_text(replica).value_or(""),
          endpoints_cell(replica.endpoints)};
}

void append_json_replica(const QuorumRow& row, const RowsOutput& output, std::string& out) {
  const QuorumReplica& replica = row.replica;
  JsonObject object(out);
  object.number("node", replica.node.value).maybe("directory", directory_text(replica));
  object.known("end", replica.log_end.value).known("lag", row.lag).known("lag_ms", row.lag_ms);
  object.maybe("fetched", shown_time(replica.last_fetch, output.format));
  object.maybe("caught_up", shown_time(replica.last_caught_up, output.format));
  object.begin("endpoints");
  out += '[';
  for (const QuorumEndpoint& endpoint : replica.endpoints) {
    if (out.back() != '[') out += ',';
    append_json_string(endpoint_text(endpoint), out);
  }
  out += ']';
}

std::string quorum_json(const QuorumDescription& quorum, const std::vector<QuorumRow>& rows, const RowsOutput& output) {
  std::string out;
  {
    JsonObject object(out);
    object.known("leader", quorum.leader.value).number("leader_epoch", quorum.leader_epoch.value);
    object.known("high_watermark", quorum.high_watermark.value);
    for (const bool observers : {false, true}) {
      object.begin(observers ? "observers" : "voters");
      out += '[';
      for (const QuorumRow& row : rows) {
        if ((row.role == "observer") != observers) continue;
        if (out.back() != '[') out += ',';
        append_json_replica(row, output, out);
      }
      out += ']';
    }
  }
  return out + '\n';
}

std::string known_or_none(std::int64_t number) { return number < 0 ? "none" : std::to_string(number); }

/// How many of the columns are the quorum's own.
constexpr std::size_t kQuorumOwn = 3;

/// `leader 1  epoch 3  high watermark 90  2 voters  1 observer  max lag 7`: the lag is that of the voters.
std::string quorum_heading(const QuorumDescription& quorum, const std::vector<QuorumRow>& rows) {
  const auto count = [](std::size_t n, const std::string& what) {
    return "  " + std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
  };
  std::int64_t lag = -1;
  for (const QuorumRow& row : rows) lag = row.role == "observer" ? lag : std::max(lag, row.lag);
  return "leader " + known_or_none(quorum.leader.value) + "  epoch " + std::to_string(quorum.leader_epoch.value) +
         "  high watermark " + known_or_none(quorum.high_watermark.value) + count(quorum.voters.size(), "voter") +
         count(quorum.observers.size(), "observer") + (lag < 0 ? "" : "  max lag " + std::to_string(lag)) + '\n';
}

}  // namespace

std::string cluster_text(const ClusterDescription& cluster, const RowsOutput& output) {
  return rows_text(
      std::vector{cluster}, kClusterColumns, output,
      [](const ClusterDescription& row) {
        return std::vector<std::string>{row.cluster_id, known(row.controller.value), std::to_string(up_count(row)),
                                        known(fenced_count(row)), std::string(endpoint_type_word(row.endpoint_type))};
      },
      [](const ClusterDescription& row, JsonObject& object, std::string&) {
        object.text("cluster", row.cluster_id).known("controller", row.controller.value);
        object.number("brokers", up_count(row)).known("fenced", fenced_count(row));
        object.text("endpoint_type", endpoint_type_word(row.endpoint_type));
      });
}

std::string brokers_text(const ClusterDescription& cluster, const RowsOutput& output) {
  return rows_text(
      cluster.brokers, kBrokerColumns, output,
      [&](const BrokerInfo& row) {
        return std::vector<std::string>{std::to_string(row.id.value), row.host,
                                        std::to_string(row.port),     row.rack,
                                        yes_or_no(row.fenced),        yes_or_no(row.id == cluster.controller)};
      },
      [&](const BrokerInfo& row, JsonObject& object, std::string&) {
        object.number("id", row.id.value).text("host", row.host).number("port", row.port);
        row.rack.empty() ? object.null("rack") : object.text("rack", row.rack);
        object.boolean("fenced", row.fenced).boolean("controller", row.id == cluster.controller);
      });
}

std::string quorum_text(const QuorumDescription& quorum, const RowsOutput& output) {
  const auto rows = quorum_rows(quorum);
  if (output.format == OutputFormat::json) return quorum_json(quorum, rows, output);
  const bool headed = output.format == OutputFormat::table && !output.names_columns();
  Table table{{std::begin(kQuorumColumns) + (headed ? kQuorumOwn : 0), std::end(kQuorumColumns)}, {}};
  for (const QuorumRow& row : rows) {
    std::vector<std::string> cells;
    if (!headed)
      cells = {known(quorum.leader.value), std::to_string(quorum.leader_epoch.value),
               known(quorum.high_watermark.value)};
    std::ranges::copy(replica_cells(row, output), std::back_inserter(cells));
    table.rows.push_back(std::move(cells));
  }
  std::string out = headed ? quorum_heading(quorum, rows) : "";
  append_table(table, output, out);
  return out;
}

std::string features_text(const FeatureDescription& features, const RowsOutput& output) {
  return rows_text(
      features.features, kFeatureColumns, output,
      [&](const FeatureInfo& row) {
        return std::vector<std::string>{row.name, known(row.min_level), known(row.max_level),
                                        std::to_string(row.finalized_level), known(features.epoch)};
      },
      [&](const FeatureInfo& row, JsonObject& object, std::string&) {
        object.text("feature", row.name).known("min", row.min_level).known("max", row.max_level);
        object.number("finalized", row.finalized_level).known("epoch", features.epoch);
      });
}

}  // namespace kstream::cli
