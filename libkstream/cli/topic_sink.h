#pragma once

#include "cli/record_sender.h"
#include "cli/record_sink.h"

#include <optional>
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
  TopicSink(const CopyPlan& plan, const ClientSettings& settings, const Console& console, const Signals& signals,
            bool patient)
      : plan_(plan), console_(console), sender_(settings, console, signals, patient) {}

  /// False if there is nothing to copy to.
  bool open() { return sender_.open() && (plan_.topic.empty() || sender_.check_topic(plan_.topic)); }

  bool take(const ShownRecord& record, ReadRange& range) override;
  bool flush() override { return sender_.poll(); }
  ExitCode finish() override;

 private:
  std::string_view topic_of(const RecordView& record) const;

  const CopyPlan& plan_;
  const Console& console_;
  RecordSender sender_;
  std::vector<HeaderView> headers_;
  bool failed_ = false;
};

}  // namespace kstream::cli
