// DescribeLogDirs, 1-5: what each log directory of this broker holds, and how full its file system is. 2 is flexible, 3
// has an error of its own, 4 tells the sizes of file systems (KIP-827), 5 cordons (KIP-1066), which are not kept here.
#include "protocol/describe_log_dirs.h"
#include "broker/handlers/handler.h"
#include "broker/placement.h"

#include <algorithm>
#include <map>
#include <set>

namespace kstream::broker {
namespace {

using protocol::DescribeLogDirsRequest;
using protocol::DescribeLogDirsResponse;
using DirectoryResult = DescribeLogDirsResponse::DescribeLogDirsResult;
using PartitionResult = DescribeLogDirsResponse::DescribeLogDirsPartition;

class DescribeLogDirsJoin final : public Join {
 public:
  DescribeLogDirsJoin(Ticket<DescribeLogDirsResponse> ticket, const Shard& shard) : ticket_(std::move(ticket)) {
    for (const auto& path : shard.config().log_dirs) {
      auto& directory = directories_.emplace_back();
      directory.result.log_dir = path;
      directory.result.error_code = code(ErrorCode::request_timed_out);  // until it is measured
    }
  }

  /// Asks for everything: the logs of each shard that has some to tell of, and the space of each directory.
  void ask(Shard& shard, std::map<MachineId, DescribeLogs>&& asked) {
    missing_logs_ = asked.size();
    for (auto& [to, question] : asked) shard.send(to, std::move(question));
    for (std::size_t i = 0; i < directories_.size(); ++i) {
      auto d = static_cast<std::uint16_t>(i);
      if (shard.is_offline(d)) {
        directories_[d].result.error_code = code(ErrorCode::kafka_storage_error);
      } else {
        shard.measure(d, ticket_.call());
        ++missing_sizes_;
      }
    }
    if (missing_logs_ == 0 && missing_sizes_ == 0) end(shard);
  }

  void part(Shard& shard, Message&& message, base::Now) override {
    if (auto* described = std::get_if<LogsDescribed>(&message)) {
      --missing_logs_;
      for (const auto& log : described->logs) add(log);
    } else {
      --missing_sizes_;
      take(std::get<DirectoryMeasured>(message));
    }
    if (missing_logs_ == 0 && missing_sizes_ == 0) end(shard);
  }
  /// A directory may hang; what is known of the others is told. Without a shard's logs there is nothing to tell.
  void expire(Shard& shard, base::Now) override { end(shard); }

 private:
  struct Directory {
    DirectoryResult result;
    std::map<Uuid, std::vector<PartitionResult>> topics;
  };

  void add(const LogsDescribed::Log& log) {
    std::int64_t lag = log.failed ? -1 : 0;
    directories_[log.directory].topics[log.key.topic].push_back(
        {log.key.partition.value, static_cast<std::int64_t>(log.bytes), lag, false});
  }

  void take(const DirectoryMeasured& measured) {
    auto& result = directories_[measured.directory].result;
    result.error_code = code(measured.error);
    if (measured.error != ErrorCode::none) return;
    auto limited = [](std::uint64_t bytes) {
      return static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, INT64_MAX));
    };
    result.total_bytes = limited(measured.total_bytes);
    result.usable_bytes = limited(measured.usable_bytes);
  }

  void end(Shard& shard) {
    DescribeLogDirsResponse response;
    if (missing_logs_ > 0) {
      response.error_code = code(ErrorCode::request_timed_out);
    } else {
      for (auto& directory : directories_) response.results.push_back(result_of(shard, directory));
    }
    shard.requests().answer(std::move(ticket_), response);
  }

  static DirectoryResult result_of(const Shard& shard, Directory& directory) {
    if (directory.result.error_code != 0) return std::move(directory.result);
    auto& topics = directory.result.topics;
    for (auto& [id, partitions] : directory.topics) {
      const auto* topic = shard.image().topic(id);
      if (!topic) continue;  // deleted meanwhile
      std::ranges::sort(partitions, {}, &PartitionResult::partition_index);
      topics.push_back({topic->name, std::move(partitions)});
    }
    std::ranges::sort(topics, {}, &DescribeLogDirsResponse::DescribeLogDirsTopic::name);
    return std::move(directory.result);
  }

  Ticket<DescribeLogDirsResponse> ticket_;
  std::vector<Directory> directories_;
  std::size_t missing_logs_ = 0, missing_sizes_ = 0;
};

/// Which shard is asked for what: for everything that it has, or for the partitions named that exist, each once.
std::map<MachineId, DescribeLogs> questions(const Shard& shard, const DescribeLogDirsRequest& body, const Call& call) {
  std::map<MachineId, DescribeLogs> asked;
  if (!body.topics) {
    for (MachineId to = 0; to != shard.control(); ++to) asked[to] = {call, true, {}};
    return asked;
  }
  std::set<PartitionKey> keys;
  for (const auto& topic : *body.topics) {
    const auto* known = shard.image().topic(topic.topic);
    if (!known) continue;
    for (auto partition : topic.partitions) {
      if (known->partition(PartitionId(partition))) keys.insert({known->id, PartitionId(partition)});
    }
  }
  for (const auto& key : keys) {
    auto& question = asked[shard_of(key, shard.shards())];
    question.call = call;
    question.keys.push_back(key);
  }
  return asked;
}

}  // namespace

void handle_describe_log_dirs(Shard& shard, Request&& request, AnyTicket&& ticket) {
  auto body = read_body<DescribeLogDirsRequest>(shard, request, ticket);
  if (!body) return;
  auto call = ticket.call();
  auto owned = std::make_unique<DescribeLogDirsJoin>(Ticket<DescribeLogDirsResponse>(std::move(ticket)), shard);
  auto& join = *owned;
  shard.requests().hold(call, std::move(owned), request.received.mono + shard.config().request_timeout);
  join.ask(shard, questions(shard, *body, call));
}

}  // namespace kstream::broker
