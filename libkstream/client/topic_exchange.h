#pragma once

#include <kstream/admin.h>

#include "protocol/create_partitions.h"
#include "protocol/create_topics.h"
#include "protocol/delete_topics.h"
#include "protocol/describe_topic_partitions.h"
#include "protocol/metadata.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Between what Admin says of topics and what goes over the wire. Pure. Answers are put in the place of what was asked;
/// what a broker leaves out is UNKNOWN_SERVER_ERROR.
namespace kstream::client {

/// Sorted by name.
std::vector<Admin::ListedTopic> listed_topics(const protocol::MetadataResponse& response);
std::vector<DescribedTopic> describe_topics(const std::vector<std::string>& names,
                                            const protocol::MetadataResponse& response);

/// Describes topics page by page.
class TopicPages {
 public:
  explicit TopicPages(std::vector<std::string> names) : names_(std::move(names)) {}

  /// What to ask for next.
  protocol::DescribeTopicPartitionsRequest next() const;
  /// Takes an answer. UNKNOWN_SERVER_ERROR if the next page is not behind this one.
  Status take(const protocol::DescribeTopicPartitionsResponse& response);
  /// Whether that was the last page.
  bool done() const { return done_; }
  std::vector<DescribedTopic> topics() &&;

 private:
  using Cursor = std::pair<std::string, std::int32_t>;
  std::vector<std::string> names_;
  std::map<std::string, Result<TopicDescription>> found_;
  std::optional<Cursor> cursor_;
  bool done_ = false;
};

protocol::CreateTopicsRequest create_request(const std::vector<NewTopic>& topics, bool validate_only);
std::vector<CreateTopicResult> created_topics(const std::vector<NewTopic>& topics,
                                              const protocol::CreateTopicsResponse& response);

protocol::DeleteTopicsRequest delete_request(const std::vector<std::string>& names, int version);
std::vector<TopicStatus> deleted_topics(const std::vector<std::string>& names,
                                        const protocol::DeleteTopicsResponse& response);

protocol::CreatePartitionsRequest partitions_request(const std::vector<NewPartitions>& topics, bool validate_only);
std::vector<TopicStatus> created_partitions(const std::vector<NewPartitions>& topics,
                                            const protocol::CreatePartitionsResponse& response);

}  // namespace kstream::client
