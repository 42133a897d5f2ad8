#include "cli/range_reader.h"

#include "cli/stdout_writer.h"

#include <poll.h>
#include <algorithm>
#include <utility>

namespace kstream::cli {
namespace {

using std::chrono::milliseconds;

/// How often a wait is interrupted to look for brokers that are gone.
constexpr milliseconds kWakeAfter(250);
/// Bytes, about, that a record takes besides its own while it waits for others.
constexpr std::size_t kKeptOfRecord = 256;

}  // namespace

bool RangeReader::open(ReadRanges& ranges, std::size_t share) {
  if (!ranges.empty()) outcome_.add(ExitCode::done);
  std::vector<Assignment> assignments;
  for (ReadRange& range : ranges) {
    range.closed = range.closed || range.done();
    if (range.closed || by_partition_.contains(range.partition)) continue;
    assignments.push_back({range.partition, range.start, range.until});
    by_partition_[range.partition] = &range;
  }
  open_ = assignments.size();
  if (open_ == 0) return true;
  ClientConfig config = settings_.config;
  if (share > 0) {
    const auto most = std::min<std::int64_t>(
        config.number("max.poll.records"), std::max<std::int64_t>(static_cast<std::int64_t>(share / kKeptOfRecord), 1));
    // Partitions that wait for others must not keep these from being fetched: each has its own limit instead. What is
    // kept of a record besides its bytes counts, too.
    for (auto [name, value] : {std::pair{"max.partition.fetch.bytes", std::to_string(share)},
                               std::pair{"max.poll.records", std::to_string(most)},
                               std::pair{"fetch.max.bytes", std::to_string(INT32_MAX)}}) {
      if (auto set = config.set(name, value); !set) return end(ExitCode::usage, set.error().detail), false;
    }
  }
  auto consumer = Consumer::create(config);
  if (!consumer) return end(ExitCode::usage, consumer.error().detail), false;
  consumer_ = std::move(*consumer);
  consumer_->show_control_records(options_.control);
  auto assigned = consumer_->assign(assignments);
  if (!assigned) end(ExitCode::usage, assigned.error().detail);
  return assigned.ok();
}

Piece RangeReader::next() {
  if (!reading()) return {};
  const Fetched& fetched =
      options_.batches ? consumer_->poll_batches(milliseconds(0)) : consumer_->poll(milliseconds(0));
  trouble_ = fetched.empty() ? fetched.error : Error{ErrorCode::none, {}};
  if (fetched.empty()) return {};
  outage_.is_over(ErrorCode::none, {});
  ReadRange& range = *by_partition_.at({std::string(fetched.topic), fetched.partition});
  if (fetched.error.code != ErrorCode::none) {
    take_error(range, fetched.error);
    return {};
  }
  Piece piece{&range, range.from, fetched.records, fetched.batches, fetched.high_watermark, fetched.batch_bytes};
  if (range.until) {
    auto end = std::ranges::lower_bound(piece.records, *range.until, {}, &RecordView::offset);
    piece.records = piece.records.first(static_cast<std::size_t>(end - piece.records.begin()));
    auto last = std::ranges::lower_bound(fetched.batches, *range.until, {}, &BatchInfo::base_offset);
    if (options_.batches)
      piece.batch_bytes = piece.batch_bytes.first(static_cast<std::size_t>(last - fetched.batches.begin()));
  }
  range.from = std::max(range.from, fetched.position);
  if (range.done()) close(range);
  return piece;
}

bool RangeReader::wait(int out, milliseconds limit) {
  bool broken = trouble_.code != ErrorCode::none;
  if (broken && trouble_ != last_trouble_ && options_.follow) console_.note("waiting: " + trouble_.to_string());
  last_trouble_ = trouble_;
  if (outage_.is_over(trouble_.code, OutageClock::Clock::now()) && !options_.follow) {
    end(ExitCode::unreachable, settings_.gave_up(trouble_));
    return false;
  }
  int event = consumer_ ? consumer_->event_fd() : -1;
  pollfd waits[] = {{out, 0, 0}, {event, POLLIN, 0}, {signals_.fd(), POLLIN, 0}};
  int ready = ::poll(waits, 3, static_cast<int>(std::min(limit, kWakeAfter).count()));
  return ready > 0 && StdoutWriter::reader_left(waits[0].revents);
}

/// A partition at a halt: where retention overtook us it goes on, else it is given up.
void RangeReader::take_error(ReadRange& range, const Error& error) {
  if (error.code == ErrorCode::offset_out_of_range && go_to_beginning(range)) return;
  if (error.code == ErrorCode::inconsistent_topic_id && options_.follow && begin_anew(range)) return;
  outcome_.add(console_.fail(exit_code_of(error.code), shown(range.partition) + ": " + error.to_string()));
  close(range);
}

/// Only if the position is before the first record there is: behind the last one is no place to go back from. If nobody
/// says where that is now, the same error will come again. For who follows this is no fault, as with a file that is cut
/// off at its front; else it is not all that was asked for.
bool RangeReader::go_to_beginning(const ReadRange& range) {
  auto position = consumer_->position(range.partition);
  if (!position) return false;
  auto beginning = consumer_->beginning_offsets(std::span(&range.partition, 1), settings_.timeout).front().info;
  if (!beginning && error_info(beginning.code()).retriable) return consumer_->seek(range.partition, *position).ok();
  if (!beginning || *position >= beginning->offset) return false;
  if (!consumer_->seek(range.partition, beginning->offset)) return false;
  if (range.from < beginning->offset) {
    const auto text = shown(range.partition) + ": offsets " + std::to_string(range.from.value) + " to " +
                      std::to_string(beginning->offset.value - 1) + " are gone; going on behind them";
    options_.follow ? console_.note(text) : outcome_.add(console_.fail(ExitCode::failed, text));
  }
  return true;
}

/// The topic is another one of that name, as a file that was replaced.
bool RangeReader::begin_anew(ReadRange& range) {
  if (!consumer_->seek(range.partition, kBeginning)) return false;
  console_.note(shown(range.partition) + " was created anew: reading it from its beginning");
  range.from = range.start = Offset(0);
  range.last_shown = kNoOffset;
  return true;
}

void RangeReader::close(ReadRange& range) {
  --open_;
  range.closed = true;
  pause(range);
}

void RangeReader::pause(const ReadRange& range) {
  if (auto paused = consumer_->pause(range.partition); !paused) console_.detail(paused.error().to_string());
}

void RangeReader::resume(const ReadRange& range) {
  if (auto resumed = consumer_->resume(range.partition); !resumed) console_.detail(resumed.error().to_string());
}

}  // namespace kstream::cli
