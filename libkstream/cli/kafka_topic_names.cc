#include "cli/invalid.h"
#include "cli/kafka_tool.h"
#include "cli/topic_choice.h"

#include <algorithm>

namespace kstream::cli {

std::span<const KafkaTool* const> topics_tools() {
  static constexpr const KafkaTool* kAll[] = {&kKafkaDeleteRecords, &kKafkaConfigs, &kKafkaTopics, &kKafkaGetOffsets};
  return kAll;
}

Result<std::vector<std::string>> kafka_topics(const KafkaWork& work, const std::optional<std::string>& pattern,
                                              bool exclude_internal) {
  std::string regex = pattern.value_or(".*");
  std::erase(regex, ' ');
  std::ranges::replace(regex, ',', '|');
  regex.erase(0, regex.find_first_not_of("\"'"));
  regex.erase(regex.find_last_not_of("\"'") + 1);
  if (!check_patterns({{regex}})) return invalid(regex + " is an invalid regex.");
  return choose_topics(work.admin, {{regex}, true, !exclude_internal}, work.timeout);
}

}  // namespace kstream::cli
