#include "cluster/batch_limits.h"
#include "cluster/controller.h"

#include <map>
#include <string>
#include <utility>

namespace kstream::cluster {
namespace {

using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using AskedDeletion = DeleteTopicsRequest::DeleteTopicState;
using TopicKey = std::pair<std::string, Uuid>;  ///< a name, or an id

constexpr std::int16_t kTellsDisabledFrom = 3;

TopicKey key(const AskedDeletion& asked) { return {asked.name.value_or(""), asked.topic_id}; }

/// What is asked for, in either form of the request.
std::vector<AskedDeletion> all_asked(const DeleteTopicsRequest& request) {
  std::vector<AskedDeletion> all = request.topics;
  for (const auto& name : request.topic_names) all.emplace_back().name = name;
  return all;
}

DeleteTopicsResponse::DeletableTopicResult result(const AskedDeletion& asked, const Error& error) {
  DeleteTopicsResponse::DeletableTopicResult out;
  out.name = asked.name;
  out.topic_id = asked.topic_id;
  out.error_code = static_cast<std::int16_t>(error.code);
  if (!error.detail.empty()) out.error_message = error.detail;
  return out;
}

/// The topics that are meant, each once; what is wrong is answered.
class DeleteTopics {
 public:
  DeleteTopics(const DeleteTopicsRequest& request, const Image& proposed)
      : asked_(all_asked(request)), image_(proposed) {
    for (const auto& asked : asked_) ++times_[key(asked)];
    for (const auto& asked : asked_) {  // a topic may be meant by its name and by its id
      if (const Topic* topic = find(asked)) ++meant_[topic->id];
    }
  }

  Decision<DeleteTopicsResponse> decide() {
    for (const auto& asked : asked_) {
      if (times_[key(asked)] == 0) continue;  // answered where it came first
      Status allowed = check(asked);
      times_[key(asked)] = 0;
      const Topic* topic = find(asked);
      auto& out = decision_.response.responses.emplace_back(
          result(asked, allowed ? Error{ErrorCode::none, {}} : allowed.error()));
      if (!allowed) continue;
      out.name = topic->name;
      out.topic_id = topic->id;
      protocol::RemoveTopicRecord record;
      record.topic_id = topic->id;
      decision_.records.emplace_back(record);
    }
    return std::move(decision_);
  }

 private:
  const Topic* find(const AskedDeletion& asked) const {
    return asked.name ? image_.topic(*asked.name) : image_.topic(asked.topic_id);
  }

  Status check(const AskedDeletion& asked) const {
    const bool by_id = !asked.topic_id.is_zero();
    if (!asked.name && !by_id) return {ErrorCode::invalid_request, "neither the name nor the id of a topic is given"};
    if (asked.name && by_id) return {ErrorCode::invalid_request, "a topic is given by its name or by its id, not both"};
    if (times_.at(key(asked)) > 1) return {ErrorCode::invalid_request, "the request names the topic more than once"};
    if (asked.name && asked.name->empty()) return {ErrorCode::invalid_request, "the name of a topic is empty"};
    const Topic* topic = find(asked);
    if (!topic && by_id) return {ErrorCode::unknown_topic_id, "no topic has the id " + asked.topic_id.to_string()};
    if (!topic) {
      return {ErrorCode::unknown_topic_or_partition, "there is no topic " + asked.name->substr(0, kMaxQuoted)};
    }
    if (meant_.at(topic->id) == 1) return {};
    return {ErrorCode::invalid_request, "the request gives the topic by its name and by its id"};
  }

  const std::vector<AskedDeletion> asked_;
  const Image& image_;
  std::map<TopicKey, int> times_;
  std::map<Uuid, int> meant_;
  Decision<DeleteTopicsResponse> decision_;
};

}  // namespace

DeleteTopicsResponse refused(const DeleteTopicsRequest& request, const Error& error) {
  DeleteTopicsResponse response;
  for (const auto& asked : all_asked(request)) response.responses.push_back(result(asked, error));
  return response;
}

Decision<DeleteTopicsResponse> decide(const DeleteTopicsRequest& request, const Image& proposed,
                                      const Context& context) {
  if (!context.config.delete_topic_enable) {
    const auto code =
        context.version < kTellsDisabledFrom ? ErrorCode::invalid_request : ErrorCode::topic_deletion_disabled;
    return {{}, refused(request, {code, "topics cannot be deleted: delete.topic.enable is false"})};
  }
  auto decision = DeleteTopics(request, proposed).decide();
  if (auto fits = check_batch(decision.records); !fits) return {{}, refused(request, fits.error())};
  return decision;
}

}  // namespace kstream::cluster
