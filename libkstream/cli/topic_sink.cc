#include "cli/topic_sink.h"

#include "cli/topic_names.h"

#include <algorithm>

namespace kstream::cli {

std::string_view TopicSink::topic_of(const RecordView& record) const {
  std::string_view topic = plan_.topic;
  if (plan_.topic_header.empty()) return topic;
  for (const HeaderView& header : record.headers) {
    if (header.name == plan_.topic_header && header.value && !header.value->empty()) topic = *header.value;
  }
  return topic;
}

bool TopicSink::take(const ShownRecord& shown, ReadRange& range) {
  const RecordView& record = shown.record;
  ProducerRecord copy;
  copy.topic = topic_of(record);
  if (copy.topic.empty()) {
    failed_ = true;
    console_.error(cli::shown(range.partition) + " offset " + std::to_string(record.offset.value) + " has no header " +
                   plan_.topic_header + " to name its topic; --to T says where such records go");
    return false;
  }
  if (plan_.keep_partition) copy.partition = shown.partition;
  copy.timestamp = record.timestamp;
  copy.key = record.key;
  copy.value = record.value;
  headers_.clear();
  for (const HeaderView& header : record.headers) {
    bool stripped = std::ranges::any_of(
        plan_.strip, [&](const std::string& glob) { return matches_glob(glob, std::string(header.name)); });
    if (!stripped) headers_.push_back(header);
  }
  copy.headers = headers_;
  if (!sender_.send(copy)) return false;
  range.last_shown = record.offset;
  return true;
}

ExitCode TopicSink::finish() {
  sender_.finish();
  auto text = "copied " + std::to_string(sender_.acknowledged()) + " of " + std::to_string(sender_.sent());
  sender_.acknowledged() == sender_.sent() ? console_.note(text) : console_.error(text);
  return sender_.result() == ExitCode::done && failed_ ? ExitCode::failed : sender_.result();
}

}  // namespace kstream::cli
