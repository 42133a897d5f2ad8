#pragma once

#include "cli/record_sender.h"
#include "cli/record_sink.h"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace kstream::cli {

/// Where copies of records go.
struct CopyPlan {
  std::string topic;               ///< empty: only to those that a header names
  std::string topic_header;        ///< the header that names a record's topic; empty: none does
  std::vector<std::string> strip;  ///< globs of headers that are left out
  bool keep_partition = false;
};

/// Copies records to topics: key, value, headers and timestamp.
class TopicSink : public RecordSink {
 public:
  /// With `patient` it waits for brokers, however long.
  TopicSink(const CopyPlan& plan, const ReadRanges& ranges, const ClientSettings& settings, const Console& console,
            const Signals& signals, bool patient)
      : plan_(plan), ranges_(ranges), console_(console), sender_(settings, console, signals, patient) {}

  /// False if there is nothing to copy to.
  bool open() { return sender_.open() && (plan_.topic.empty() || sender_.check_topic(plan_.topic)); }

  bool take(const ShownRecord& record, ReadRange& range) override;
  bool flush() override { return sender_.poll(); }
  ExitCode finish(bool whole) override;

 private:
  /// The source of a record.
  struct Source {
    const ReadRange* range;
    Offset offset;
  };
  bool copy(const ShownRecord& shown, const ReadRange& range);
  std::string_view topic_of(const RecordView& record) const;
  void forget_acknowledged();
  Offset next_of(const ReadRange& range) const;
  std::string where_to_go_on() const;

  const CopyPlan& plan_;
  const ReadRanges& ranges_;
  const Console& console_;
  RecordSender sender_;
  std::vector<HeaderView> headers_;
  std::deque<Source> open_;  ///< of what was taken, from the first on that is not acknowledged
  std::uint64_t first_open_ = 0;
  bool failed_ = false;
};

}  // namespace kstream::cli
