#include "cli/consume.h"

#include "cli/diff.h"
#include "cli/merge.h"
#include "cli/progress.h"
#include "cli/range_reader.h"
#include "cli/signals.h"
#include "cli/stats_sink.h"
#include "cli/stdout_sink.h"
#include "cli/tail.h"
#include "cli/time_expression.h"
#include "cli/topic_names.h"

#include <poll.h>
#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace kstream::cli {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// A fetch answer that decompresses to more than this leaves in several writes.
constexpr std::size_t kMostInOneWrite = 4 << 20;
/// What is merged leaves when so much is gathered, or nothing comes.
constexpr std::size_t kMergedWrite = 256 << 10;

/// How long a wait may last that something else may end: the time that merged records are held back.
constexpr milliseconds kLongWait(1000), kMergeGlance(20);

/// How often somebody who follows looks for more partitions, unless metadata.max.age.ms says it.
constexpr milliseconds kLookEvery(30'000);

/// How long brokers may take to say whether there are more partitions, while nothing is read.
constexpr milliseconds kLookFor(2000);

/// Of how many partitions a note tells.
constexpr std::size_t kMostNotes = 8;

Result<RangeAnswer> ask(const ConsumePlan& plan, const std::vector<Target>& targets, const ClientSettings& settings,
                        bool follow) {
  auto admin = Admin::create(settings.config);
  if (!admin) return admin.error();
  RangeQuestion question;
  question.targets = targets;
  question.internal = plan.internal;
  question.regexes = plan.regexes;
  question.follow = follow;
  question.once = plan.follow || plan.merge || plan.tail || !plan.other.empty();
  question.key = plan.filter.key;
  question.grace = plan.grace;
  question.read_committed = settings.config.get("isolation.level") == "read_committed";
  question.timeout = settings.timeout;
  question.same_cluster = settings.same_cluster;
  if (plan.copy) question.copy_to = plan.copy->topic;
  return find_ranges(*admin, question);
}

/// What the times of targets came to. Whether there are any.
bool say_times(const std::vector<Target>& targets, const Console& console) {
  bool times = false;
  for (const Target& target : targets) {
    for (const auto& position : {target.from, target.until}) {
      if (!position || position->kind != PositionExpression::Kind::time) continue;
      times = true;
      console.note((position == target.from ? "from " : "until ") + position->text + ": " +
                   format_local(position->time));
    }
  }
  return times;
}

/// With -F: when the last of the times that are ends is over; nothing if there is none, or something has no end.
std::optional<Timestamp> end_of_following(const ConsumePlan& plan) {
  std::optional<Timestamp> last;
  for (const Target& target : plan.targets) {
    if (!target.until) return std::nullopt;
    if (target.until->kind == PositionExpression::Kind::time)
      last = std::max(last.value_or(kNoTimestamp), Timestamp(target.until->time.value + plan.grace.count()));
  }
  return last;
}

/// Whether nothing but what is said of the work comes to a terminal while it lasts.
bool is_alone(const ConsumePlan& plan) { return stdout_is_file() || plan.copy || plan.stats; }

class Consuming {
 public:
  Consuming(const ConsumePlan& plan, const ClientSettings& settings, const Console& console, const Signals& signals)
      : plan_(plan),
        settings_(settings),
        console_(console),
        signals_(signals),
        progress_(plan.progress, is_alone(plan), console) {}

  ExitCode run(RangeAnswer answer) {
    begin(std::move(answer));
    if (!make_sink() || plan_.max_records == 0) {
      over_ = true;
    } else if (plan_.tail) {
      show_tail();
    } else {
      show(plan_.follow, plan_.merge);
    }
    progress_.clear();
    if (!plan_.filter.empty() && console_.verbosity() > 0)
      console_.note(std::to_string(shown_) + " of " + std::to_string(looked_at_) + " records that were read");
    ExitCode sunk = sink_->finish(going_on() && outcome_.result() == ExitCode::done);
    return sunk == ExitCode::done ? outcome_.result() : sunk;
  }

 private:
  bool going_on() const { return !over_ && !signals_.stop_requested(); }

  /// False if there is nothing to give records to, which was told.
  bool make_sink() {
    if (plan_.exec) {
      auto sink = std::make_unique<ExecSink>(*plan_.exec, plan_.format, settings_, console_, signals_, plan_.follow);
      bool opened = sink->open();
      sink_ = std::move(sink);
      return opened;
    }
    if (plan_.copy) {
      auto sink = std::make_unique<TopicSink>(*plan_.copy, ranges_, settings_, console_, signals_, plan_.follow);
      bool opened = sink->open();
      sink_ = std::move(sink);
      return opened;
    }
    if (plan_.kafka) {
      sink_ = std::make_unique<KafkaSink>(*plan_.kafka, console_, signals_);
    } else if (plan_.stats) {
      sink_ = std::make_unique<StatsSink>(*plan_.stats, console_);
    } else {
      auto sink = std::make_unique<StdoutSink>(plan_.format, ranges_, console_, signals_);
      stdout_ = sink.get();
      sink_ = std::move(sink);
    }
    return true;
  }

  /// Takes the ranges, and tells what there is to tell of them.
  void begin(RangeAnswer answer) {
    for (const auto& note : answer.notes) console_.note(note);
    for (const Error& failure : answer.failures) {
      outcome_.add(console_.fail(exit_code_of(failure.code), failure.detail));
    }
    say_ranges(answer.ranges);
    ranges_ = std::move(answer.ranges);
  }

  /// What times came to: the instants, and the offsets.
  void say_ranges(const ReadRanges& ranges) const {
    if (!say_times(plan_.targets, console_) && console_.verbosity() == 0) return;
    for (std::size_t i = 0; i < std::min(ranges.size(), kMostNotes); ++i) {
      const ReadRange& range = ranges[i];
      console_.note(shown(range.partition) + ": from offset " + std::to_string(range.from.value) +
                    (range.until ? " to " + std::to_string(range.until->value) : " on"));
    }
    if (ranges.size() <= kMostNotes) return;
    console_.note("and " + std::to_string(ranges.size() - kMostNotes) + " partitions more");
  }

  /// The last records in the order of time; with -F then what comes.
  void show_tail() {
    ExitCode counted = ExitCode::done;
    std::vector<Offset> ends;
    ends.reserve(ranges_.size());
    for (const ReadRange& range : ranges_) ends.push_back(*range.until);
    RangeReader::Options options{.control = plan_.control};
    auto total = narrow_to_tail(ranges_, *plan_.tail, plan_.filter, settings_, console_, signals_, options,
                                sink_->output(), counted);
    if (!total) return outcome_.add(counted);
    skip_ = *total - std::min(*total, *plan_.tail);
    show(false, true);
    if (!plan_.follow || !going_on()) return;
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      ranges_[i].from = ranges_[i].start = ends[i];
      ranges_[i].until.reset();
      ranges_[i].closed = false;
    }
    show(true, plan_.merge);
  }

  void show(bool follow, bool merged) {
    look_again_ = Clock::now() + max_age();
    if (follow) ends_at_ = end_of_following(plan_);
    while (show_these(follow, merged)) follow = follow && !ends_known_;
  }

  /// Whether there are more to be shown.
  bool show_these(bool follow, bool merged) {
    RangeReader reader(settings_, console_, signals_,
                       {.follow = follow, .batches = plan_.batches, .control = plan_.control});
    std::optional<Merge> merge;
    if (merged) merge.emplace(ranges_, follow ? std::optional(plan_.merge_wait) : std::nullopt);
    reader.open(ranges_, merge ? merge->share() : 0);
    last_news_ = Clock::now();
    firsts_.clear();
    for (const ReadRange& range : ranges_) firsts_.push_back(range.from);
    bool more = false;
    while (!more && going_on() &&
           (reader.reading() || (merge && !merge->empty()) || (follow && !reader.ended() && may_match_more()))) {
      Piece piece = reader.next();
      if (piece.range) last_news_ = Clock::now();
      merge ? show_merged(*merge, reader, piece) : show_piece(piece);
      if (progress_.due(Clock::now())) tell_progress();
      if (!piece.range && going_on()) wait(reader, merge && !merge->empty() ? kMergeGlance : kLongWait);
      if (follow && going_on()) more = find_ends(merged) || find_more(merged);
    }
    if (!over_) sink_->flush();
    if (!ranges_.empty()) outcome_.add(reader.result());
    const bool left = std::ranges::any_of(ranges_, [](const ReadRange& range) { return !range.closed; });
    return more || (going_on() && !reader.ended() && !follow && left);
  }

  milliseconds max_age() const {
    if (!settings_.config.is_set("metadata.max.age.ms")) return kLookEvery;
    return milliseconds(std::clamp<std::int64_t>(settings_.config.number("metadata.max.age.ms"), 100, 86'400'000));
  }

  Result<RangeAnswer> ask_again(bool follow) const {
    ClientSettings patience = settings_;
    patience.timeout = std::min(patience.timeout, kLookFor);
    return ask(plan_, plan_.targets, patience, follow);
  }

  /// Whether topics that do not exist yet may be among those that are meant.
  bool may_match_more() const {
    return std::ranges::any_of(plan_.targets, [&](const Target& target) {
      const bool open = !target.until || target.until->kind == PositionExpression::Kind::time;
      return open && (plan_.regexes || is_glob(target.topic));
    });
  }

  /// Where to go on, for the next reader.
  void keep_places(bool merged) {
    for (ReadRange& range : ranges_) {
      if (merged) range.from = range.start;
      range.start = range.from;
    }
  }

  /// Whether the times that are ends are over, and all ranges have their ends now.
  bool find_ends(bool merged) {
    if (!ends_at_ || wall_now() < *ends_at_) return false;
    auto answer = ask_again(false);
    if (!answer && exit_code_of(answer.code()) != ExitCode::unreachable) {  // a topic is gone: nothing more comes of it
      outcome_.add(console_.fail(exit_code_of(answer.code()), answer.error().detail));
      over_ = true;
    }
    if (!answer) ends_at_ = Timestamp(wall_now().value + kLookFor.count());  // whoever reads will tell
    if (!answer || !sink_->flush()) return false;
    keep_places(merged);
    for (ReadRange& range : ranges_) {
      auto found = std::ranges::find(answer->ranges, range.partition, &ReadRange::partition);
      range.until = found != answer->ranges.end() ? *found->until : range.from;
    }
    add(unknown_of(std::move(answer->ranges)));
    ends_known_ = true;
    return true;
  }

  /// Partitions, and topics that fit a glob, that were added since: they are read from their beginning, and the others
  /// from where they were.
  bool find_more(bool merged) {
    if (Clock::now() < look_again_) return false;
    look_again_ = Clock::now() + max_age();
    auto answer = ask_again(!plan_.tail);
    if (!answer) return false;  // whoever reads will tell
    auto more = unknown_of(std::move(answer->ranges));
    if (more.empty() || !sink_->flush()) return false;
    if (plan_.tail) {
      for (ReadRange& range : more) range.until.reset();
    }
    keep_places(merged);
    add(std::move(more));
    return true;
  }

  ReadRanges unknown_of(ReadRanges ranges) const {
    std::set<TopicPartition> known;
    for (const ReadRange& range : ranges_) known.insert(range.partition);
    std::erase_if(ranges, [&](const ReadRange& range) { return known.contains(range.partition); });
    return ranges;
  }

  void add(ReadRanges fresh) {
    for (ReadRange& range : fresh) {
      console_.note(shown(range.partition) + " is new");
      range.from = range.start = Offset(0);
      ranges_.push_back(std::move(range));
    }
  }

  /// Of all that is to be read, if it has ends.
  void tell_progress() {
    std::int64_t done = 0, all = 0;
    bool ends = true;
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      const ReadRange& range = ranges_[i];
      ends = ends && range.until;
      if (!range.until) continue;
      all += std::max<std::int64_t>(0, *range.until - firsts_[i]);
      done += std::max<std::int64_t>(0, std::min(range.from, *range.until) - firsts_[i]);
    }
    std::optional<double> part;
    if (ends && all > 0) part = static_cast<double>(done) / static_cast<double>(all);
    progress_.show(shown_, shown_bytes_, part, Clock::now());
  }

  /// Nothing comes at present.
  void wait(RangeReader& reader, milliseconds limit) {
    if (!sink_->flush() || reader.wait(sink_->output(), limit)) over_ = true;
    if (plan_.idle_timeout && Clock::now() - last_news_ >= *plan_.idle_timeout) over_ = true;
  }

  bool is_wanted(const ReadRange& range, const RecordView& record) {
    ++looked_at_;
    return is_shown(range, plan_.filter, record);
  }

  void show_piece(const Piece& piece) {
    if (!piece.range) return;
    for (std::size_t i = 0; i < piece.batch_bytes.size() && going_on(); ++i) {
      stdout_->take_batch(piece.batch_bytes[i], piece.batches[i].base_offset, *piece.range);
      if (sink_->size() > kMostInOneWrite && !sink_->flush()) over_ = true;
    }
    for_each_record(piece, [&](const RecordView& record, const BatchInfo& batch) {
      if (!is_wanted(*piece.range, record)) return true;
      give(*piece.range, record, batch, piece.high_watermark);
      if (sink_->size() > kMostInOneWrite && !sink_->flush()) over_ = true;
      return going_on();
    });
    if (sink_->size() == 0 && reader_left(sink_->output())) over_ = true;  // no write would tell
    if (!sink_->flush()) over_ = true;
  }

  void show_merged(Merge& merge, RangeReader& reader, const Piece& piece) {
    if (piece.range) {
      auto passes = [&](const RecordView& record) { return is_wanted(*piece.range, record); };
      if (merge.add(piece, Clock::now(), passes) && !piece.range->closed) reader.pause(*piece.range);
    }
    auto now = Clock::now();
    for (auto next = merge.next(now); next.item && going_on(); next = merge.next(now)) {
      give(*next.range, next.item->record, next.item->batch, next.high_watermark);
      next.range->start = next.item->record.offset + 1;
      if (ReadRange* hungry = merge.drop()) reader.resume(*hungry);
      if (sink_->size() > kMergedWrite && !sink_->flush()) over_ = true;
    }
  }

  void give(ReadRange& range, const RecordView& record, const BatchInfo& batch, Offset high_watermark) {
    if (skip_ > 0) {
      --skip_;
      return;
    }
    if (plan_.pace) keep_pace(record.timestamp);
    if (!going_on()) return;
    if (!sink_->take({range.partition.topic, range.partition.partition, record, high_watermark, batch}, range)) {
      over_ = true;
      return;
    }
    shown_bytes_ += static_cast<std::uint64_t>(record_size(record));
    if (++shown_ == plan_.max_records) {
      sink_->flush();
      over_ = true;
    }
  }

  /// Waits until it is a record's turn, as far from the first one as it was when they were made.
  void keep_pace(Timestamp time) {
    if (!pace_) pace_ = {Clock::now(), time};
    auto distance =
        std::chrono::duration<double, std::milli>(static_cast<double>(time.value - pace_->second.value) / *plan_.pace);
    auto turn = pace_->first + std::chrono::duration_cast<Clock::duration>(distance);
    if (Clock::now() < turn && !sink_->flush()) over_ = true;
    while (going_on() && Clock::now() < turn) {
      auto left = std::chrono::ceil<milliseconds>(turn - Clock::now());
      pollfd waits[] = {{sink_->output(), 0, 0}, {signals_.fd(), POLLIN, 0}};
      ::poll(waits, 2, static_cast<int>(std::min(left, kLongWait).count()));
      if (StdoutWriter::reader_left(waits[0].revents)) over_ = true;
    }
  }

  const ConsumePlan& plan_;
  const ClientSettings& settings_;
  const Console& console_;
  const Signals& signals_;
  ReadRanges ranges_;
  std::vector<Offset> firsts_;  ///< where the ranges began, for the progress
  std::unique_ptr<RecordSink> sink_;
  StdoutSink* stdout_ = nullptr;  ///< the sink, if it is that
  std::uint64_t skip_ = 0;        ///< records to pass over yet
  std::uint64_t looked_at_ = 0;   ///< records, by the filter
  std::uint64_t shown_ = 0;
  std::uint64_t shown_bytes_ = 0;  ///< keys and values
  bool over_ = false;
  Clock::time_point last_news_, look_again_;
  std::optional<Timestamp> ends_at_;  ///< see end_of_following()
  bool ends_known_ = false;           ///< all ranges have theirs, and there is nothing more to follow
  std::optional<std::pair<Clock::time_point, Timestamp>> pace_;  ///< when the first record was shown, and its time
  ItemsOutcome outcome_;                                         ///< of the partitions
  Progress progress_;
};

/// --diff: one topic with another.
ExitCode compare(const ConsumePlan& plan, const ClientSettings& settings, const Console& console,
                 const Signals& signals, RangeAnswer left, RangeAnswer right) {
  ItemsOutcome outcome;
  for (const auto* targets : {&plan.targets, &plan.other}) say_times(*targets, console);
  for (RangeAnswer* answer : {&left, &right}) {
    for (const auto& note : answer->notes) console.note(note);
    for (const Error& failure : answer->failures) {
      outcome.add(console.fail(exit_code_of(failure.code), failure.detail));
    }
    bool one = std::ranges::all_of(answer->ranges, [&](const ReadRange& range) {
      return range.partition.topic == answer->ranges[0].partition.topic;
    });
    if (!one) return console.fail(ExitCode::usage, "--diff compares one topic with one other");
  }
  if (outcome.result() != ExitCode::done) return outcome.result();
  return diff(std::move(left.ranges), std::move(right.ranges), plan.filter, plan.differences, settings, console,
              signals);
}

}  // namespace

ExitCode consume(const ConsumePlan& plan, const ClientSettings& settings, const Console& console) {
  auto refused = [&](const Error& error) {
    bool usage = error.code == ErrorCode::invalid_request || error.code == ErrorCode::invalid_config;
    return console.fail(usage ? ExitCode::usage : exit_code_of(error.code), error.detail);
  };
  const bool follow = plan.follow && !plan.tail;
  auto answer = ask(plan, plan.targets, settings, follow);
  for (Error last{ErrorCode::none, {}};
       plan.follow && !answer && exit_code_of(answer.code()) == ExitCode::unreachable;) {
    if (answer.error() != last) console.note("waiting: " + answer.error().detail);
    last = answer.error();
    answer = ask(plan, plan.targets, settings, follow);
  }
  if (!answer) return refused(answer.error());
  Result<RangeAnswer> other = RangeAnswer{};
  if (!plan.other.empty()) other = ask(plan, plan.other, settings, follow);
  if (!other) return refused(other.error());
  Signals signals;  // from here on there is output to bring to an end
  auto code = plan.other.empty() ? Consuming(plan, settings, console, signals).run(std::move(*answer))
                                 : compare(plan, settings, console, signals, std::move(*answer), std::move(*other));
  if (signals.stop_requested()) signals.die();
  return code;
}

}  // namespace kstream::cli
