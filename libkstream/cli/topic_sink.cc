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
  open_.push_back({&range, shown.record.offset});
  if (!copy(shown, range)) return false;
  range.last_shown = shown.record.offset;
  forget_acknowledged();
  return true;
}

void TopicSink::forget_acknowledged() {
  for (; first_open_ < sender_.ledger().first_open(); ++first_open_) open_.pop_front();
}

bool TopicSink::copy(const ShownRecord& shown, const ReadRange& range) {
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
  return sender_.send(copy);
}

/// The first offset that was not copied, as far as that is known.
Offset TopicSink::next_of(const ReadRange& range) const {
  const auto open = std::ranges::find(open_, &range, &Source::range);
  if (open != open_.end()) return open->offset;
  return range.last_shown == kNoOffset ? range.start : range.last_shown + 1;
}

/// Targets for the next call, which copy what this one has not.
std::string TopicSink::where_to_go_on() const {
  constexpr std::size_t kMost = 8;
  std::string text;
  std::size_t count = 0;
  for (const ReadRange& range : ranges_) {
    const Offset next = next_of(range);
    if (range.until && next >= *range.until) continue;
    if (++count > kMost) continue;
    text += ' ' + range.partition.topic + ':' + std::to_string(range.partition.partition.value) + '@' +
            std::to_string(next.value) + (range.until ? ".." + std::to_string(range.until->value) : "");
  }
  if (count > kMost) text += " and " + std::to_string(count - kMost) + " partitions more";
  return text;
}

ExitCode TopicSink::finish(bool whole) {
  sender_.finish();
  forget_acknowledged();
  const auto acknowledged = sender_.ledger().acknowledged_count(), sent = sender_.ledger().sent_count();
  auto text =
      "copied " + std::to_string(acknowledged) + " of " + std::to_string(sent) + said_of_repeats(sender_.stats());
  whole = whole && acknowledged == sent;
  if (const auto rest = whole ? "" : where_to_go_on(); !rest.empty()) {
    text += "; to go on:" + rest;
    const auto again = acknowledged - std::min(acknowledged, sender_.ledger().first_open());
    if (again > 0) text += ", which copies " + std::to_string(again) + " once more";
  }
  acknowledged == sent ? console_.note(text) : console_.error(text);
  return sender_.result() == ExitCode::done && failed_ ? ExitCode::failed : sender_.result();
}

}  // namespace kstream::cli
