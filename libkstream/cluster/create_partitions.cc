#include "cluster/batch_limits.h"
#include "cluster/controller.h"
#include "cluster/new_partition.h"
#include "cluster/placement.h"

#include <map>
#include <string>

namespace kstream::cluster {
namespace {

using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;
using AskedPartitions = CreatePartitionsRequest::CreatePartitionsTopic;
using Assignment = std::vector<std::vector<NodeId>>;  ///< replicas of each new partition

/// What more partitions than any request may make come to: placing them is not begun.
constexpr std::int32_t kMaxNew = 10'000;

std::string text(std::int64_t number) { return std::to_string(number); }

CreatePartitionsResponse::CreatePartitionsTopicResult result(const std::string& name, const Error& error) {
  CreatePartitionsResponse::CreatePartitionsTopicResult out;
  out.name = name;
  out.error_code = static_cast<std::int16_t>(error.code);
  if (!error.detail.empty()) out.error_message = error.detail;
  return out;
}

Result<Assignment> given_replicas(const AskedPartitions& asked, std::size_t replicas, const Image& image) {
  Assignment assignment;
  for (const auto& given : *asked.assignments) {
    if (Status valid = check_replicas(image, given.broker_ids); !valid) return valid.error();
    if (given.broker_ids.size() != replicas) {
      return {ErrorCode::invalid_replica_assignment, "a new partition has " + text(std::ssize(given.broker_ids)) +
                                                         " replicas, the topic's others have " +
                                                         text(static_cast<std::int64_t>(replicas))};
    }
    auto& to = assignment.emplace_back();
    for (std::int32_t id : given.broker_ids) to.emplace_back(id);
  }
  return assignment;
}

/// Replicas of the partitions that the topic is to have more than it has.
Result<Assignment> assign(const AskedPartitions& asked, const Topic& topic, const Image& image,
                          const Context& context) {
  const auto has = std::ssize(topic.partitions);
  if (asked.count == has) return {ErrorCode::invalid_partitions, "the topic has " + text(has) + " partitions already"};
  if (asked.count < has) {
    return {ErrorCode::invalid_partitions,
            "the topic has " + text(has) + " partitions, so " + text(asked.count) + " would not be an increase"};
  }
  const auto more = asked.count - has;
  if (more > kMaxNew) {
    return {ErrorCode::policy_violation,
            "the request is for " + text(more) + " more partitions; at most " + text(kMaxNew) + " can be made at once"};
  }
  const auto replicas = topic.partitions.front()->replicas.size();
  if (!asked.assignments) {
    return place_replicas(image, static_cast<std::int32_t>(more), static_cast<std::int32_t>(replicas), context.random);
  }
  if (std::ssize(*asked.assignments) != more) {
    return {ErrorCode::invalid_replica_assignment, "replicas are given for " + text(std::ssize(*asked.assignments)) +
                                                       " partitions, but " + text(more) + " are to be made"};
  }
  return given_replicas(asked, replicas, image);
}

Status create(const AskedPartitions& asked, const Image& image, const Context& context,
              std::vector<MetadataRecord>& records) {
  const Topic* topic = image.topic(asked.name);
  if (!topic) return {ErrorCode::unknown_topic_or_partition, "there is no topic " + asked.name.substr(0, kMaxQuoted)};
  auto assignment = assign(asked, *topic, image, context);
  if (!assignment) return assignment.error();
  auto next = static_cast<std::int32_t>(topic->partitions.size());
  for (const auto& replicas : *assignment) records.emplace_back(new_partition(image, topic->id, next++, replicas));
  return check_record_count(records);
}

}  // namespace

CreatePartitionsResponse refused(const CreatePartitionsRequest& request, const Error& error) {
  CreatePartitionsResponse response;
  for (const auto& topic : request.topics) response.results.push_back(result(topic.name, error));
  return response;
}

Decision<CreatePartitionsResponse> decide(const CreatePartitionsRequest& request, const Image& proposed,
                                          const Context& context) {
  std::map<std::string_view, int> times;
  for (const auto& topic : request.topics) ++times[topic.name];
  Decision<CreatePartitionsResponse> decision;
  for (const auto& topic : request.topics) {
    const int named = std::exchange(times[topic.name], 0);
    if (named == 0) continue;  // answered where it came first
    Status made = named > 1 ? Status(ErrorCode::invalid_request, "the request names the topic more than once")
                            : create(topic, proposed, context, decision.records);
    if (made.code() == ErrorCode::policy_violation) return {{}, refused(request, made.error())};
    decision.response.results.push_back(result(topic.name, made ? Error{ErrorCode::none, {}} : made.error()));
  }
  if (auto fits = check_batch(decision.records); !fits) return {{}, refused(request, fits.error())};
  if (request.validate_only) decision.records.clear();
  return decision;
}

}  // namespace kstream::cluster
