#pragma once

#include "cli/output.h"

#include <kstream/admin.h>

#include <string>
#include <vector>

namespace kstream::cli {

/// How a verb of ktopics prints.
struct TopicsOutput {
  OutputFormat format = OutputFormat::plain;
  bool color = false;
};

/// What `ktopics list` prints: names, and if `more` partitions and ids; in JSON always all. Schema: topic-listed.json.
std::string listed_text(const std::vector<Admin::ListedTopic>& topics, bool more, const TopicsOutput& output);

/// What `ktopics describe` prints: a row for each partition, in JSON an object for each topic. Schema:
/// topic-described.json.
std::string described_text(const std::vector<TopicDescription>& topics, const TopicsOutput& output);

/// What `ktopics create` prints: what was created, or would have been. Schema: topic-created.json.
std::string created_text(const std::vector<CreateTopicResult>& results, bool dry_run, const TopicsOutput& output);

}  // namespace kstream::cli
