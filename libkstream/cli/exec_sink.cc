#include "cli/exec_sink.h"

#include "cli/child.h"
#include "cli/json_text.h"
#include "cli/output.h"

#include <poll.h>
#include <unistd.h>
#include <algorithm>

namespace kstream::cli {
namespace {

using std::chrono::milliseconds;

/// A batch of more bytes is run although more records could come.
constexpr std::size_t kLargestBatch = std::size_t{8} << 20;
/// What is larger is not put into the environment, where the kernel takes 128 KiB.
constexpr std::size_t kLargestVariable = std::size_t{100} << 10;
constexpr milliseconds kFirstPause(100), kLongestPause(10'000);

}  // namespace

ExecSink::ExecSink(const ExecPlan& plan, const Format& format, const ClientSettings& settings, const Console& console,
                   const Signals& signals, bool patient)
    : plan_(plan),
      format_(format),
      console_(console),
      signals_(signals),
      sender_(settings, console, signals, patient) {}

bool ExecSink::open() {
  return plan_.dead_letter.empty() || (sender_.open() && sender_.check_topic(plan_.dead_letter));
}

bool ExecSink::take(const ShownRecord& record, ReadRange& range) {
  if (count_ == 0) begin_batch(record);
  ++count_;
  format_.append(record, input_);
  if (!plan_.dead_letter.empty()) keep(record);
  auto last = std::ranges::find(last_, &range, &std::pair<ReadRange*, Offset>::first);
  last == last_.end() ? last_.emplace_back(&range, record.record.offset).second : last->second = record.record.offset;
  bool full = plan_.gather ? Clock::now() - begun_ >= *plan_.gather : count_ >= plan_.batch;
  return !(full || input_.size() >= kLargestBatch) || run_batch();
}

/// The place of the first record becomes the environment.
void ExecSink::begin_batch(const ShownRecord& shown) {
  begun_ = Clock::now();
  first_ = std::string(shown.topic) + " [" + std::to_string(shown.partition.value) + "] offset " +
           std::to_string(shown.record.offset.value);
  environment_ = {"KSTREAM_TOPIC=" + std::string(shown.topic),
                  "KSTREAM_PARTITION=" + std::to_string(shown.partition.value),
                  "KSTREAM_OFFSET=" + std::to_string(shown.record.offset.value),
                  "KSTREAM_TIMESTAMP=" + std::to_string(shown.record.timestamp.value)};
  const auto& key = shown.record.key;
  if (key && key->size() <= kLargestVariable && key->find('\0') == std::string_view::npos)
    environment_.push_back("KSTREAM_KEY=" + std::string(*key));
}

void ExecSink::keep(const ShownRecord& shown) {
  Record& record = kept_.emplace_back();
  record.topic = shown.topic;
  record.partition = shown.partition;
  record.offset = shown.record.offset;
  record.timestamp = shown.record.timestamp;
  if (shown.record.key) record.key = *shown.record.key;
  if (shown.record.value) record.value = *shown.record.value;
  record.headers = copied(shown.record.headers);
}

bool ExecSink::flush() {
  bool due = count_ > 0 && plan_.gather && Clock::now() - begun_ >= *plan_.gather;
  return !due || run_batch();
}

ExitCode ExecSink::finish(bool) {
  if (count_ > 0 && !failed_ && !signals_.stop_requested()) run_batch();
  if (!plan_.dead_letter.empty()) sender_.finish();
  return failed_ ? ExitCode::failed : sender_.result();
}

/// Runs the command until it exits with 0, or as often as it may be tried.
bool ExecSink::run_batch() {
  std::string why = run_once();
  const bool left = !why.empty() && reader_left(STDOUT_FILENO);  // who read the command's output
  auto pause = kFirstPause;
  for (std::uint64_t tried = 0; !why.empty() && !left && tried < plan_.retries && !signals_.stop_requested(); ++tried) {
    console_.note(first_ + ": " + why + "; trying again");
    pollfd signal{signals_.fd(), POLLIN, 0};
    ::poll(&signal, 1, static_cast<int>(pause.count()));
    pause = std::min(pause * 2, kLongestPause);
    why = run_once();
  }
  bool done = why.empty() || (!left && bury(why));
  if (done) {
    for (auto [range, offset] : last_) range->last_shown = offset;
  }
  input_.clear();
  last_.clear();
  kept_.clear();
  count_ = 0;
  return done;
}

/// Why it failed; nothing if it did not.
std::string ExecSink::run_once() const { return run_child(plan_.command, environment_, input_); }

/// To the dead letter topic, if there is one.
bool ExecSink::bury(const std::string& why) {
  console_.error(first_ + ": " + why);
  failed_ = plan_.dead_letter.empty();
  for (const Record& record : kept_) {
    std::string partition = std::to_string(record.partition.value), offset = std::to_string(record.offset.value);
    std::vector<HeaderView> headers;
    headers.reserve(record.headers.size() + 4);
    for (const Header& header : record.headers) headers.push_back({header.name, header.value});
    headers.push_back({"dead-letter.topic", record.topic});
    headers.push_back({"dead-letter.partition", partition});
    headers.push_back({"dead-letter.offset", offset});
    headers.push_back({"dead-letter.reason", why});
    ProducerRecord copy;
    copy.topic = plan_.dead_letter;
    copy.timestamp = record.timestamp;
    copy.key = record.key;
    copy.value = record.value;
    copy.headers = headers;
    if (!sender_.send(copy)) return false;
  }
  return !failed_;
}

}  // namespace kstream::cli
