#pragma once

#include "cli/client_settings.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/outage_clock.h"
#include "cli/produce_ledger.h"
#include "cli/signals.h"

#include <kstream/producer.h>

#include <optional>
#include <set>
#include <string>

namespace kstream::cli {

/// `; 12 may be there twice, ...`; nothing if none may.
std::string said_of_repeats(const ProducerStats& stats);

/// Sends records that another topic had. The first failure is told, and ends it.
class RecordSender {
 public:
  /// With `patient` it waits for brokers, however long.
  RecordSender(const ClientSettings& settings, const Console& console, const Signals& signals, bool patient)
      : settings_(settings),
        console_(console),
        signals_(signals),
        patient_(patient),
        outage_(settings.timeout, settings.answer_timeout()) {}

  /// Makes the producer. False if that failed.
  bool open();
  /// Sees that the topic is there. False if not.
  bool check_topic(std::string_view topic);
  /// Hands the record over, waiting while there is no room. False if it was not taken, or one before it has failed.
  bool send(ProducerRecord& record);
  /// Waits until all is acknowledged. False if something is not, which was told. After a second signal the process is
  /// gone.
  bool finish();
  /// Lets deliveries come in. False if one has failed.
  bool poll();

  ProducerStats stats() const { return producer_ ? producer_->stats() : ProducerStats(); }
  /// Records are counted from 0 in the order of send().
  const ProduceLedger& ledger() const { return ledger_; }
  ExitCode result() const { return result_; }

 private:
  bool fail(ExitCode code, const std::string& text);
  bool brokers_are_gone();
  void wait_aloud(const Error& trouble);

  const ClientSettings& settings_;
  const Console& console_;
  const Signals& signals_;
  const bool patient_;
  OutageClock outage_;
  Error last_trouble_{ErrorCode::none, {}};
  std::optional<Producer> producer_;
  std::set<std::string, std::less<>> known_;  ///< topics that are there
  ProduceLedger ledger_;
  ExitCode result_ = ExitCode::done;
};

}  // namespace kstream::cli
