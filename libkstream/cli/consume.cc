#include "cli/consume.h"

#include "cli/outage_clock.h"
#include "cli/read_range.h"
#include "cli/signals.h"
#include "cli/stdout_writer.h"
#include "cli/time_expression.h"

#include <kstream/consumer.h>

#include <poll.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

namespace kstream::cli {
namespace {

using std::chrono::milliseconds;

/// How often a wait is interrupted to look for brokers that are gone.
constexpr milliseconds kGlance(250);

/// A fetch answer that decompresses to more than this leaves in several writes.
constexpr std::size_t kMostInOneWrite = 4 << 20;

/// Of how many partitions a note tells.
constexpr std::size_t kMostNotes = 8;

class Consuming {
 public:
  Consuming(const ConsumePlan& plan, const ClientSettings& settings, const Console& console, const Signals& signals)
      : plan_(plan),
        settings_(settings),
        console_(console),
        signals_(signals),
        writer_(STDOUT_FILENO, signals),
        outage_(settings.timeout, settings.answer_timeout()) {}

  ExitCode run(RangeAnswer answer) {
    begin(std::move(answer));
    if (!reading()) return result();
    auto consumer = Consumer::create(settings_.config);
    if (!consumer) return console_.fail(ExitCode::usage, consumer.error().detail);
    std::vector<Assignment> assignments;
    for (const ReadRange& range : ranges_) assignments.push_back({range.partition, range.start});
    if (auto assigned = consumer->assign(assignments); !assigned) {
      return console_.fail(ExitCode::usage, assigned.error().detail);
    }
    while (reading() && !signals_.stop_requested()) {
      const Fetched& fetched = consumer->poll(milliseconds(0));
      if (fetched.empty()) {
        wait(*consumer, fetched.error);
      } else {
        take(*consumer, fetched);
      }
    }
    return result();
  }

 private:
  bool reading() const { return !ended_ && open_ > 0; }
  void end(ExitCode code) { ended_ = code; }
  ExitCode result() const { return ended_.value_or(ExitCode::done) == ExitCode::done ? outcome_.result() : *ended_; }

  /// Takes the ranges that are not empty, and tells the rest.
  void begin(RangeAnswer answer) {
    for (const auto& note : answer.notes) console_.note(note);
    for (const Error& failure : answer.failures) {
      outcome_.add(console_.fail(exit_code_of(failure.code), failure.detail));
    }
    if (!answer.ranges.empty()) outcome_.add(ExitCode::done);
    say_ranges(answer.ranges);
    ranges_ = std::move(answer.ranges);
    std::erase_if(ranges_, [](const ReadRange& range) { return range.done(); });
    open_ = ranges_.size();
    for (std::size_t i = 0; i < ranges_.size(); ++i) by_partition_[ranges_[i].partition] = i;
    if (plan_.max_records == 0) end(ExitCode::done);
  }

  /// What times came to: the instants, and the offsets.
  void say_ranges(const std::vector<ReadRange>& ranges) const {
    bool times = false;
    for (const Target& target : plan_.targets) {
      for (const auto& position : {target.from, target.until}) {
        if (!position || position->kind != PositionExpression::Kind::time) continue;
        times = true;
        console_.note((position == target.from ? "from " : "until ") + position->text + ": " +
                      format_local(position->time));
      }
    }
    if (!times && console_.verbosity() == 0) return;
    for (std::size_t i = 0; i < std::min(ranges.size(), kMostNotes); ++i) {
      const ReadRange& range = ranges[i];
      console_.note(shown(range) + "from offset " + std::to_string(range.from.value) +
                    (range.until ? " to " + std::to_string(range.until->value) : " on"));
    }
    if (ranges.size() <= kMostNotes) return;
    console_.note("and " + std::to_string(ranges.size() - kMostNotes) + " partitions more");
  }

  /// Waits for records, for a signal, and for the reader of stdout to leave.
  void wait(const Consumer& consumer, const Error& trouble) {
    bool broken = trouble.code != ErrorCode::none;
    if (broken && trouble != last_trouble_ && plan_.follow) console_.note("waiting: " + trouble.to_string());
    last_trouble_ = trouble;
    if (outage_.is_over(trouble.code, OutageClock::Clock::now()) && !plan_.follow) {
      return end(console_.fail(ExitCode::unreachable, "gave up after " + std::to_string(settings_.timeout.count()) +
                                                          " ms: " + trouble.to_string()));
    }
    pollfd waits[] = {{STDOUT_FILENO, 0, 0}, {consumer.event_fd(), POLLIN, 0}, {signals_.fd(), POLLIN, 0}};
    int ready = ::poll(waits, 3, static_cast<int>(kGlance.count()));
    if (ready > 0 && StdoutWriter::reader_left(waits[0].revents)) end(ExitCode::done);
  }

  /// For when there is nothing to write that would fail.
  void look_for_reader() {
    pollfd out{STDOUT_FILENO, 0, 0};
    if (::poll(&out, 1, 0) > 0 && StdoutWriter::reader_left(out.revents)) end(ExitCode::done);
  }

  void take(Consumer& consumer, const Fetched& fetched) {
    outage_.is_over(ErrorCode::none, {});
    ReadRange& range = ranges_[by_partition_.at({std::string(fetched.topic), fetched.partition})];
    if (fetched.error.code != ErrorCode::none) return take_error(consumer, range, fetched.error);
    for (const RecordView& record : fetched.records) {
      if (range.until && record.offset >= *range.until) break;
      if (record.offset < range.from || !is_shown(range, record)) continue;
      plan_.format.append({range.partition.topic, range.partition.partition, record, fetched.high_watermark},
                          writer_.buffer());
      writer_.end_record(record.offset);
      if (++shown_ == plan_.max_records) break;
      if (writer_.size() > kMostInOneWrite && !write(range)) return;
    }
    if (writer_.size() == 0) look_for_reader();
    if (!write(range)) return;
    if (shown_ == plan_.max_records) end(ExitCode::done);
    range.from = std::max(range.from, fetched.position);
    if (range.done()) close(consumer, range);
  }

  bool is_shown(const ReadRange& range, const RecordView& record) const {
    if (range.from_time && record.timestamp < *range.from_time) return false;
    if (range.until_time && record.timestamp >= *range.until_time) return false;
    return plan_.filter.passes(record);
  }

  static std::string shown(const ReadRange& range) {
    return range.partition.topic + " [" + std::to_string(range.partition.partition.value) + "]: ";
  }

  /// A partition at a halt: where retention overtook us it goes on, else it is given up.
  void take_error(Consumer& consumer, ReadRange& range, Error error) {
    if (error.code == ErrorCode::offset_out_of_range && go_to_beginning(consumer, range)) return;
    outcome_.add(console_.fail(exit_code_of(error.code), shown(range) + error.to_string()));
    close(consumer, range);
  }

  /// Only if the position is before the first record there is: behind the last one is no place to go back from. If
  /// nobody says where that is now, the same error will come again.
  bool go_to_beginning(Consumer& consumer, const ReadRange& range) {
    auto position = consumer.position(range.partition);
    if (!position) return false;
    auto beginning = consumer.beginning_offsets(std::span(&range.partition, 1), settings_.timeout).front().info;
    if (!beginning && error_info(beginning.code()).retriable) return consumer.seek(range.partition, *position).ok();
    if (!beginning || *position >= beginning->offset) return false;
    if (!consumer.seek(range.partition, beginning->offset)) return false;
    if (range.from < beginning->offset) {
      console_.note(shown(range) + "offset " + std::to_string(range.from.value) +
                    " is gone; going on with what is there");
    }
    return true;
  }

  void close(Consumer& consumer, ReadRange& range) {
    --open_;
    if (auto paused = consumer.pause(range.partition); !paused) console_.detail(paused.error().to_string());
  }

  /// Writes what is gathered of `range`. False if that is the end.
  bool write(ReadRange& range) {
    auto outcome = writer_.flush();
    int error = errno;
    if (writer_.last_written() != kNoOffset) range.last_shown = writer_.last_written();
    if (outcome == StdoutWriter::Outcome::failed) {
      end(console_.fail(ExitCode::failed,
                        std::string("stdout: ") + std::strerror(error) + "; written up to" + written_offsets()));
    }
    if (outcome == StdoutWriter::Outcome::reader_left) end(ExitCode::done);
    return outcome == StdoutWriter::Outcome::written;
  }

  std::string written_offsets() const {
    std::string text;
    for (const ReadRange& range : ranges_) {
      if (range.last_shown == kNoOffset) continue;
      text += (text.empty() ? " " : ", ") + range.partition.topic + " [" +
              std::to_string(range.partition.partition.value) + "] offset " + std::to_string(range.last_shown.value);
    }
    return text.empty() ? ": nothing" : text;
  }

  const ConsumePlan& plan_;
  const ClientSettings& settings_;
  const Console& console_;
  const Signals& signals_;
  StdoutWriter writer_;
  OutageClock outage_;
  std::vector<ReadRange> ranges_;
  std::map<TopicPartition, std::size_t> by_partition_;
  std::size_t open_ = 0;  ///< of ranges_, not read to their end
  std::uint64_t shown_ = 0;
  Error last_trouble_{ErrorCode::none, {}};
  ItemsOutcome outcome_;           ///< of the partitions
  std::optional<ExitCode> ended_;  ///< what ended the whole run early
};

Result<RangeAnswer> ask(const ConsumePlan& plan, const ClientSettings& settings) {
  auto admin = Admin::create(settings.config);
  if (!admin) return admin.error();
  bool committed = settings.config.get("isolation.level") == "read_committed";
  return find_ranges(*admin,
                     {plan.targets, plan.internal, plan.follow, committed, settings.timeout, settings.same_cluster});
}

}  // namespace

bool RecordFilter::passes(const RecordView& record) const {
  if (key && record.key != std::optional<std::string_view>(*key)) return false;
  return std::all_of(headers.begin(), headers.end(), [&](const Header& wanted) {
    return std::any_of(record.headers.begin(), record.headers.end(), [&](const HeaderView& header) {
      return header.name == wanted.name &&
             (!wanted.value || header.value == std::optional<std::string_view>(*wanted.value));
    });
  });
}

ExitCode consume(const ConsumePlan& plan, const ClientSettings& settings, const Console& console) {
  auto answer = ask(plan, settings);
  if (!answer) {
    bool usage = answer.code() == ErrorCode::invalid_request || answer.code() == ErrorCode::invalid_config;
    return console.fail(usage ? ExitCode::usage : exit_code_of(answer.code()), answer.error().detail);
  }
  Signals signals;  // from here on there is output to bring to an end
  auto code = Consuming(plan, settings, console, signals).run(std::move(*answer));
  if (signals.stop_requested()) signals.die();
  return code;
}

}  // namespace kstream::cli
