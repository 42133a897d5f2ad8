#include "cli/produce.h"

#include "cli/csv_input.h"
#include "cli/followed_file.h"
#include "cli/input_places.h"
#include "cli/input_template.h"
#include "cli/json_field.h"
#include "cli/outage_clock.h"
#include "cli/output.h"
#include "cli/produce_ledger.h"
#include "cli/progress.h"
#include "cli/record_sender.h"
#include "cli/rejected_file.h"
#include "cli/signals.h"
#include "cli/time_expression.h"

#include <kstream/admin.h>
#include <kstream/producer.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

namespace kstream::cli {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// How often a wait is interrupted to look for signals and for brokers that are gone, and for files that are followed
/// and that no event tells of: on other machines' file systems.
constexpr milliseconds kGlance(200), kFileGlance(1000);
/// For so long a topic that a record names and that is not there is not asked for again.
constexpr milliseconds kMissingFor(5000);

/// What --rate lets pass at once after a pause, in time.
constexpr milliseconds kBurst(50);

/// Of how many records the time of sending is asked for once: the clock costs as much as the rest of a record.
constexpr std::uint64_t kRecordsOfOneTime = 64;

/// Of how many bad records a line is printed.
constexpr std::uint64_t kMostTold = 10;

/// A file while it is read.
struct Input {
  std::string name;
  int fd = -1;
  bool owned = false;
  bool waits = false;  ///< reads may block: a pipe, a terminal, not a file
  ~Input() {
    if (owned) ::close(fd);
  }
};

/// CRC-32 as zlib and librdkafka have it.
std::uint32_t crc32(std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      table[i] = i;
      for (int bit = 0; bit < 8; ++bit) table[i] = (table[i] & 1U) != 0 ? table[i] >> 1 ^ 0xEDB88320U : table[i] >> 1;
    }
    return table;
  }();
  std::uint32_t crc = ~0U;
  for (char c : bytes) crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  return ~crc;
}

/// Whether each line, or what ends with another delimiter, is a record.
bool is_by_lines(InputKind input) {
  return input == InputKind::json || input == InputKind::tombstones || input == InputKind::kafka_lines ||
         input == InputKind::lines;
}

std::string_view unit_of(const ProducePlan& plan) {
  bool lines = is_by_lines(plan.input) && (plan.input != InputKind::lines || plan.delimiter == "\n");
  return lines ? "line" : plan.input == InputKind::batches ? "batch" : "record";
}

std::unique_ptr<RecordInput> make_input(const ProducePlan& plan) {
  switch (plan.input) {
    case InputKind::lines:
      return std::make_unique<LineInput>(plan.key_delimiter);
    case InputKind::tombstones:
      return std::make_unique<TombstoneInput>();
    case InputKind::json:
      return std::make_unique<JsonInput>();
    case InputKind::csv:
      return std::make_unique<CsvInput>();
    case InputKind::batches:
      return std::make_unique<BatchInput>();
    case InputKind::kafka_lines:
      return std::make_unique<KafkaLineInput>(plan.kafka_lines);
    case InputKind::by_template:
      break;
  }
  return std::make_unique<InputTemplate>(*InputTemplate::compile(plan.input_template));
}

/// Whether nothing but what is said of the work comes to a terminal: neither reports, nor what is typed.
bool is_alone(const ProducePlan& plan) {
  const bool typed = ::isatty(STDIN_FILENO) != 0 && std::ranges::find(plan.files, "-") != plan.files.end();
  return !typed && (!plan.report || stdout_is_file());
}

class Producing {
 public:
  Producing(const ProducePlan& plan, const ClientSettings& settings, const Console& console)
      : plan_(plan),
        settings_(settings),
        console_(console),
        report_(plan.report),
        places_(std::string(unit_of(plan))),
        outage_(settings.timeout, settings.answer_timeout()),
        progress_(plan.progress, is_alone(plan), console) {
    for (const Header& header : plan.headers) headers_.push_back({header.name, header.value});
  }

  /// Sees that there is something to send to.
  ExitCode begin() {
    if (!plan_.rejected.empty() && !rejected_.open(plan_.rejected))
      return console_.fail(ExitCode::usage, "--rejected " + plan_.rejected + ": " + std::strerror(errno));
    auto producer = Producer::create(settings_.config, [this](const Delivery& delivery) { delivered(delivery); });
    if (!producer) return console_.fail(ExitCode::usage, producer.error().detail);
    producer_ = std::move(*producer);
    if (!plan_.topic.empty()) check_topic(plan_.topic);
    return exit_;
  }

  ExitCode run(const Signals& signals) {
    signals_ = &signals;
    if (plan_.tombstone) {
      places_.begin_file("the tombstone", 0, 0);
      JsonRecord record;
      if (take(record)) ledger_.sent(0);
    } else if (plan_.follow) {
      follow_files();
    } else {
      for (const auto& file : plan_.files) {
        if (stopped()) break;
        send_file(file);
      }
    }
    whole_ = plan_.tombstone || plan_.follow || !stopped();
    finish();
    progress_.clear();
    report();
    return exit_ == ExitCode::done && bad_ > 0 ? ExitCode::failed : exit_;
  }

 private:
  bool stopped() const { return exit_ != ExitCode::done || (signals_ && signals_->stop_requested()); }

  /// The first failure decides the exit code and is the one that is told.
  void fail(ExitCode code, const std::string& text) {
    if (exit_ == ExitCode::done) exit_ = console_.fail(code, text);
  }
  void fail(const Error& error, const std::string& where) { fail(exit_code_of(error.code), where + error.to_string()); }

  /// What is wrong with one record only. With --on-error skip the others go on.
  void fail_record(ExitCode code, const std::string& text) {
    if (!plan_.skip_bad) return fail(code, text);
    if (++bad_ <= kMostTold) console_.error(text);
    if (bad_ == kMostTold) console_.error("more like this are not told");
  }

  // Topics

  /// What is wrong with the topic of all records, or of one that names its own.
  void fail_topic(ExitCode code, const std::string& text) {
    plan_.topic.empty() ? fail_record(code, here() + ": " + text) : fail(code, text);
  }

  /// check_topic(), but for those that were not there just now.
  bool find_topic(const std::string& topic) {
    const auto found = missing_.find(topic);
    if (found != missing_.end() && Clock::now() < found->second) {
      fail_topic(ExitCode::not_found, topic + " was not there just now");
      return false;
    }
    if (check_topic(topic)) return true;
    missing_[topic] = Clock::now() + kMissingFor;
    return false;
  }

  /// Whether the topic is there, or was created, and has the partition that is wanted.
  bool check_topic(const std::string& topic) {
    auto count = producer_->partition_count(topic, settings_.timeout);
    while (plan_.follow && !count && exit_code_of(count.code()) == ExitCode::unreachable) {
      note_trouble(count.error());
      count = producer_->partition_count(topic, settings_.timeout);
    }
    if (count.code() == ErrorCode::unknown_topic_or_partition && plan_.create) count = create(topic);
    if (count.code() == ErrorCode::unknown_topic_or_partition) {
      fail_topic(ExitCode::not_found,
                 "there is no topic " + topic + "; create it with: ktopics create " + topic + settings_.same_cluster);
    } else if (count.code() == ErrorCode::invalid_topic_exception) {
      fail_topic(ExitCode::failed, topic + ": " + count.error().to_string());
    } else if (!count) {
      fail(count.error(), topic + ": ");
    } else if (plan_.partition && plan_.partition->value >= *count) {
      fail_topic(ExitCode::not_found, topic + " has no partition " + std::to_string(plan_.partition->value) +
                                          "; its last is " + std::to_string(*count - 1) + "; see: ktopics describe " +
                                          topic + settings_.same_cluster);
    }
    if (stopped() || !count || (plan_.partition && plan_.partition->value >= *count)) return false;
    partitions_[topic] = *count;
    return true;
  }

  Result<std::int32_t> create(const std::string& topic) {
    auto admin = Admin::create(settings_.config);
    if (!admin) return admin.error();
    NewTopic wanted;
    wanted.name = topic;
    auto created = admin->create_topics(std::span(&wanted, 1), false, settings_.timeout);
    if (!created) return created.error();
    const auto& result = created->front().topic;
    if (!result && result.code() != ErrorCode::topic_already_exists) return result.error();
    if (result) console_.note("created topic " + topic);
    return producer_->partition_count(topic, settings_.timeout);
  }

  // Input

  std::string delimiter() const { return plan_.input == InputKind::lines ? plan_.delimiter : "\n"; }
  std::size_t largest() const { return static_cast<std::size_t>(settings_.config.number("max.request.size")); }

  void send_file(const std::string& name) {
    Input input{name == "-" ? "stdin" : name, STDIN_FILENO, false, false};
    if (name != "-") {
      input.fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
      input.owned = input.fd >= 0;
    }
    places_.begin_file(input.name, ledger_.sent_count(), bytes_);
    struct stat status {};
    if (input.fd < 0 || ::fstat(input.fd, &status) != 0) return fail_reading(input.name);
    input.waits = !S_ISREG(status.st_mode);
    LineReader reader(input.fd, delimiter(), largest());
    auto records = make_input(plan_);
    while (!stopped()) {
      send_records(*records, reader, bytes_);
      if (stopped() || !read_more(input, reader, *records)) break;
    }
    bytes_ += reader.next_byte();
  }

  /// Sends what is there as a whole. `base` is the byte of all inputs where the reader's first one is.
  void send_records(RecordInput& records, LineReader& reader, std::uint64_t base) {
    JsonRecord record;
    same_time_ = 0;
    while (!stopped()) {
      record_byte_ = base + reader.next_byte();
      auto cut = records.next(reader, record);
      if (cut == RecordInput::Cut::more) return;
      bool taken = cut == RecordInput::Cut::record && take(record);
      if (cut == RecordInput::Cut::bad) {
        fail_record(ExitCode::failed, here() + ": " + records.problem());
        keep_unreadable(reader.since(record_byte_ - base));
      }
      if (!taken && stopped()) return;
      ledger_.sent(base + reader.next_byte() - record_byte_);
      if (!taken) {
        std::uint64_t number = ledger_.sent_count() - 1;
        ledger_.failed(std::span(&number, 1));
      }
      if (plan_.sync) finish();
      if (plan_.rate) keep_rate();
    }
  }

  /// Waits for input, letting deliveries come in meanwhile. False when there is no more, behind the last record.
  bool read_more(const Input& input, LineReader& reader, RecordInput& records) {
    producer_->poll(milliseconds(0));
    tell_progress();
    if (input.waits && !wait_for(input.fd, -1)) return !stopped();
    switch (reader.fill()) {
      case LineReader::Fill::more:
      case LineReader::Fill::nothing:
        return true;
      case LineReader::Fill::end:
        if (auto before = ledger_.sent_count(); !stopped()) {
          send_records(records, reader, bytes_);
          return ledger_.sent_count() != before;
        }
        return false;
      case LineReader::Fill::too_long:
        return skip_too_long(reader);
      case LineReader::Fill::failed:
        fail_reading(input.name);
    }
    return false;
  }

  void fail_reading(const std::string& name) { fail(ExitCode::failed, name + ": " + std::strerror(errno)); }
  void fail_too_long() {
    fail_record(ExitCode::failed,
                here() + ": longer than max.request.size=" + std::string(settings_.config.get("max.request.size")) +
                    "; raise it with -X max.request.size=N, and the topic's max.message.bytes");
  }

  /// Whether there is more behind it: where each line is a record, and only that one is bad.
  bool skip_too_long(LineReader& reader) {
    fail_too_long();
    if (stopped() || !is_by_lines(plan_.input)) {
      fail(ExitCode::failed, "nothing behind it can be read");
      return false;
    }
    const auto number = ledger_.sent_count();
    ledger_.sent(0);
    ledger_.failed(std::span(&number, 1));
    reader.skip_line();
    return true;
  }

  /// True once `fd` can be read; false after a while, so that other things can be seen to.
  bool wait_for(int fd, int limit_ms) {
    pollfd waits[] = {{fd, POLLIN, 0}, {producer_->event_fd(), POLLIN, 0}, {signals_->fd(), POLLIN, 0}};
    if (::poll(waits, 3, ledger_.all_settled() ? limit_ms : static_cast<int>(kGlance.count())) < 0) return false;
    if (waits[1].revents != 0) producer_->poll(milliseconds(0));
    return !brokers_are_gone() && waits[0].revents != 0;
  }

  // Files that are followed

  struct Followed {
    FollowedFile file;
    std::unique_ptr<RecordInput> records;
    std::uint64_t sent = 0;   ///< records of the file so far
    std::uint64_t bytes = 0;  ///< of the reader, accounted for in bytes_
  };

  void follow_files() {
    FileWatch watch;
    for (const auto& name : plan_.files) {
      followed_.push_back(
          std::unique_ptr<Followed>(new Followed{{name, delimiter(), largest(), plan_.partial}, make_input(plan_)}));
      watch.add(name);
    }
    while (!stopped()) {
      producer_->poll(milliseconds(0));
      bool idle = true;
      for (auto& file : followed_) {
        auto look = file->file.look(Clock::now(), console_);
        if (look == FollowedFile::Look::failed) fail_reading(file->file.name());
        if (look == FollowedFile::Look::too_long) {
          send_followed(*file);
          LineReader& reader = file->file.reader();
          const std::uint64_t from = reader.next_byte();
          if (!skip_too_long(reader)) break;
          ++file->sent;
          file->bytes = reader.next_byte();
          bytes_ += file->bytes - from;
        }
        if (look == FollowedFile::Look::fresh) {
          file->records = make_input(plan_);
          file->sent = file->bytes = 0;
          watch.add(file->file.name());
        }
        if (look == FollowedFile::Look::input) send_followed(*file);
        idle = idle && look == FollowedFile::Look::nothing;
      }
      // The report names the last record before the first that is open, too.
      const auto open = std::min(ledger_.first_open(), ledger_.sent_count());
      places_.forget_before(open > 0 ? open - 1 : 0);
      if (idle && !stopped() && wait_for(watch.fd(), static_cast<int>(kFileGlance.count()))) watch.clear();
    }
  }

  /// What has the names now may be renamed before it can be read.
  void notice_files() {
    for (auto& file : followed_) file->file.notice();
  }

  void send_followed(Followed& file) {
    std::uint64_t before = ledger_.sent_count();
    places_.begin_file(file.file.name(), before, bytes_, file.sent, file.bytes);
    LineReader& reader = file.file.reader();
    std::uint64_t from = reader.next_byte();
    send_records(*file.records, reader, bytes_ - from);
    bytes_ += reader.next_byte() - from;
    file.bytes = reader.next_byte();
    file.sent += ledger_.sent_count() - before;
  }

  // Records

  /// Completes what the input brought by what the plan says, and hands it over. False if it was not taken.
  bool take(const JsonRecord& input) {
    ProducerRecord& record = record_;
    record.topic = plan_.topic.empty() ? input.topic.value_or("") : plan_.topic;
    if (plan_.input != InputKind::batches) complete(input, record);
    if (record.topic.empty()) {
      fail_record(ExitCode::failed, here() + ": no \"topic\", and none on the command line");
      return keep(record);
    }
    if (!topic_ || (plan_.topic.empty() && topic_->first != record.topic)) {
      auto known = partitions_.find(record.topic);
      if (known == partitions_.end()) {
        if (!find_topic(std::string(record.topic))) return keep(record);
        known = partitions_.find(record.topic);
      }
      topic_ = &*known;
    }
    if (plan_.input == InputKind::batches) return send_batch(*input.value);
    if (!set_timestamp(input, record)) return keep(record);
    set_partition(input, topic_->second, record);
    return send(record);
  }

  void complete(const JsonRecord& input, ProducerRecord& record) {
    record.partition.reset();
    record.timestamp = kNoTimestamp;
    record.key = input.key || !plan_.key ? input.key : std::optional<std::string_view>(*plan_.key);
    record.value = input.value;
    if (plan_.empty_is_null && record.value && record.value->empty()) record.value.reset();
    if (!input.headers.empty()) {
      headers_.resize(plan_.headers.size());
      headers_.insert(headers_.end(), input.headers.begin(), input.headers.end());
    }
    record.headers = std::span(headers_).first(plan_.headers.size() + input.headers.size());
  }

  bool set_timestamp(const JsonRecord& input, ProducerRecord& record) {
    if (plan_.keep_timestamp && input.timestamp) record.timestamp = Timestamp(*input.timestamp);
    if (!plan_.timestamp_field) {
      if (record.timestamp == kNoTimestamp) record.timestamp = time_of_sending();
      return true;
    }
    auto time = json_time(record.value.value_or(""), *plan_.timestamp_field);
    if (!time) {
      fail_record(ExitCode::failed, here() + ": --timestamp: " + time.error().detail);
      return false;
    }
    record.timestamp = *time;
    return true;
  }

  Timestamp time_of_sending() {
    if (same_time_ == 0) {
      now_ = wall_now();
      same_time_ = kRecordsOfOneTime;
    }
    --same_time_;
    return now_;
  }

  void set_partition(const JsonRecord& input, std::int32_t count, ProducerRecord& record) {
    if (plan_.keep_partition && input.partition) record.partition = PartitionId(*input.partition);
    if (plan_.partition) record.partition = plan_.partition;
    if (record.partition) return;
    if (plan_.partitioner == Partitioner::round_robin) {
      record.partition = PartitionId(static_cast<std::int32_t>(turn_++ % static_cast<std::uint32_t>(count)));
    } else if (plan_.partitioner == Partitioner::crc32 && record.key && !record.key->empty()) {
      record.partition = PartitionId(static_cast<std::int32_t>(crc32(*record.key) % static_cast<std::uint32_t>(count)));
    }
  }

  /// Hands the record over. False if it was not taken.
  bool send(ProducerRecord& record) {
    record.tag = ledger_.sent_count();
    return hand_over([&] { return producer_->send(record); }) || keep(record);
  }

  /// Among the rejected ones, if these are wanted. False.
  bool keep(const ProducerRecord& record) {
    if (rejected_.is_open() && !rejected_.add(record)) fail_rejected();
    return false;
  }

  bool send_batch(std::string_view batch) {
    return hand_over([&] { return producer_->send_batch(plan_.topic, *plan_.partition, batch, ledger_.sent_count()); });
  }

  /// Calls `give` while the producer has no room. False if what it gives was not taken.
  template <class Give>
  bool hand_over(Give give) {
    while (true) {
      Status status = give();
      if (status) return true;
      if (status.code() == ErrorCode::request_timed_out) {
        notice_files();
        if (brokers_are_gone() || stopped()) return false;
        continue;
      }
      bool network = exit_code_of(status.code()) == ExitCode::unreachable;
      network ? fail(status.error(), here() + ": ")
              : fail_record(exit_code_of(status.code()), here() + ": " + status.error().to_string());
      return false;
    }
  }

  /// Waits until the next record is due.
  void keep_rate() {
    same_time_ = 0;
    auto each = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / *plan_.rate));
    due_ = std::max(due_ + each, Clock::now() - kBurst);
    while (!stopped() && Clock::now() < due_) {
      pollfd waits[] = {{producer_->event_fd(), POLLIN, 0}, {signals_->fd(), POLLIN, 0}};
      auto left = std::chrono::ceil<milliseconds>(due_ - Clock::now());
      ::poll(waits, 2, static_cast<int>(std::clamp(left, milliseconds(0), kGlance).count()));
      producer_->poll(milliseconds(0));
      notice_files();
      if (brokers_are_gone()) return;
    }
  }

  /// Gives up once brokers have been out of reach for too long while something waits for them; who follows files waits.
  bool brokers_are_gone() {
    if (gone_ || ledger_.all_settled()) return gone_;
    auto trouble = producer_->stats().last_trouble;
    if (plan_.follow && !signals_->stop_requested()) {
      note_trouble(trouble);
      return false;
    }
    gone_ = outage_.is_over(trouble.code, Clock::now());
    if (!gone_) return false;
    const bool no_topic = exit_code_of(trouble.code) == ExitCode::not_found;
    const bool say_how = no_topic && !plan_.topic.empty();
    fail(no_topic ? ExitCode::not_found : ExitCode::unreachable,
         settings_.gave_up(trouble) +
             (say_how ? "; create it with: ktopics create " + plan_.topic + settings_.same_cluster : ""));
    return true;
  }

  /// Why who follows waits, once.
  void note_trouble(const Error& trouble) {
    if (trouble.code != ErrorCode::none && trouble != last_trouble_) console_.note("waiting: " + trouble.to_string());
    last_trouble_ = trouble;
  }

  // Deliveries

  void delivered(const Delivery& delivery) {
    if (!delivery.ok()) return not_delivered(delivery);
    ledger_.acknowledged(delivery.tags());
    if (report_) report_batch(delivery);
    if (console_.verbosity() == 0) return;
    console_.detail(std::string(delivery.topic()) + " [" + std::to_string(delivery.partition().value) +
                    "]: " + std::to_string(delivery.count()) + " records from offset " +
                    std::to_string(delivery.base_offset().value));
  }

  void not_delivered(const Delivery& delivery) {
    ledger_.failed(delivery.tags());
    if (rejected_.is_open() && !rejected_.add(delivery)) fail_rejected();
    auto code = exit_code_of(delivery.error().code);
    for (const auto& refused : delivery.record_errors()) {
      fail_record(code, places_.name(delivery.tags()[refused.index]) + ": " + std::string(refused.detail));
    }
    std::string where = std::string(delivery.topic()) + " [" + std::to_string(delivery.partition().value) + "], " +
                        places_.name(delivery.tags().front()) + ": ";
    bool of_records = code == ExitCode::failed && !error_info(delivery.error().code).retriable;
    of_records ? fail_record(code, where + delivery.error().to_string()) : fail(delivery.error(), where);
  }

  /// What is no record is kept as the value of one.
  void keep_unreadable(std::string_view text) {
    ProducerRecord record;
    record.topic = plan_.topic;
    if (is_by_lines(plan_.input) && text.ends_with(delimiter())) text.remove_suffix(delimiter().size());
    record.value = text;
    keep(record);
  }

  void fail_rejected() { fail(ExitCode::failed, "--rejected " + plan_.rejected + ": " + std::strerror(errno)); }

  /// A reader of stdout that leaves ends the reports, and nothing else.
  void report_batch(const Delivery& delivery) {
    std::string text;
    RecordView record;
    record.timestamp = delivery.append_time();
    for (std::size_t i = 0; i < delivery.count(); ++i) {
      record.offset =
          delivery.base_offset() == kNoOffset ? kNoOffset : delivery.base_offset() + static_cast<std::int64_t>(i);
      report_->append({delivery.topic(), delivery.partition(), record, kNoOffset, kNoBatch, delivery.tags()[i] + 1},
                      text);
    }
    if (!write_stdout(text)) fail(ExitCode::failed, stdout_failure());
  }

  // The end

  /// Waits until everything is delivered, or failed, or brokers are gone for too long. What is to be kept in a file is
  /// waited for until the producer gives it back.
  void finish() {
    while (!ledger_.all_settled() && (!brokers_are_gone() || rejected_.is_open())) {
      auto flushed = producer_->flush(kGlance);
      tell_progress();
      if (flushed.code() != ErrorCode::request_timed_out) return;
    }
  }

  /// How much of the input is acknowledged, of all if it is files.
  void tell_progress() {
    auto now = Clock::now();
    if (!progress_.due(now)) return;
    if (!input_bytes_) input_bytes_ = plan_.follow ? 0 : size_of_files();
    std::optional<double> part;
    if (*input_bytes_ > 0)
      part = std::min(1.0, static_cast<double>(ledger_.first_open_byte()) / static_cast<double>(*input_bytes_));
    progress_.show(ledger_.acknowledged_count(), ledger_.first_open_byte(), part, now);
  }

  /// 0 if it is not known.
  std::uint64_t size_of_files() const {
    std::uint64_t size = 0;
    for (const auto& name : plan_.files) {
      struct stat status {};
      bool there = name == "-" ? ::fstat(STDIN_FILENO, &status) == 0 : ::stat(name.c_str(), &status) == 0;
      if (!there || !S_ISREG(status.st_mode)) return 0;
      size += static_cast<std::uint64_t>(status.st_size);
    }
    return size;
  }

  void report() const {
    auto sent = ledger_.sent_count(), acknowledged = ledger_.acknowledged_count();
    bool awaited = settings_.config.get("acks") != "0";
    std::string text =
        (awaited ? "acknowledged " : "sent ") + std::to_string(acknowledged) + " of " + std::to_string(sent);
    const std::string repeats = said_of_repeats(producer_->stats());
    if (acknowledged == sent && whole_) return console_.note(text + repeats);
    auto first = ledger_.first_open();
    if (first > 0) text += "; all up to " + places_.name(first - 1);
    text += "; first not: " + places_.place(first, ledger_.first_open_byte()) + repeats;
    const bool stopped_only = acknowledged == sent && exit_ == ExitCode::done;
    stopped_only ? console_.note(text) : console_.error(text);
  }

  std::string here() const { return places_.place(ledger_.sent_count(), record_byte_); }

  const ProducePlan& plan_;
  const ClientSettings& settings_;
  const Console& console_;
  const Signals* signals_ = nullptr;  ///< once there is something to lose
  std::optional<Format> report_;
  std::optional<Producer> producer_;
  ProduceLedger ledger_;
  ProducerRecord record_;  ///< the last one, all of which each next one replaces
  std::vector<HeaderView> headers_;
  InputPlaces places_;
  std::vector<std::unique_ptr<Followed>> followed_;
  std::map<std::string, Clock::time_point> missing_;  ///< topics, and until when that is taken for granted
  RejectedFile rejected_;
  std::map<std::string, std::int32_t, std::less<>> partitions_;        ///< of the topics that are known
  const std::pair<const std::string, std::int32_t>* topic_ = nullptr;  ///< of the last record
  std::uint32_t turn_ = 0;                                             ///< of the partitions
  std::uint64_t bad_ = 0;                                              ///< records that were passed over
  std::uint64_t bytes_ = 0;                                            ///< of the inputs before the current one
  std::uint64_t record_byte_ = 0;                                      ///< where the current record begins
  Timestamp now_ = kNoTimestamp;
  std::uint64_t same_time_ = 0;  ///< of how many records more `now_` is the time
  Clock::time_point due_;        ///< when the next record may be sent, with --rate
  OutageClock outage_;
  Error last_trouble_{ErrorCode::none, {}};
  bool gone_ = false;
  bool whole_ = false;  ///< nothing came before the input's end, if it has one
  Progress progress_;
  std::optional<std::uint64_t> input_bytes_;  ///< of all files, once somebody wants to know
  ExitCode exit_ = ExitCode::done;
};

}  // namespace

ExitCode produce(const ProducePlan& plan, const ClientSettings& settings, const Console& console) {
  Producing producing(plan, settings, console);
  if (auto begun = producing.begin(); begun != ExitCode::done) return begun;
  Signals signals;
  auto code = producing.run(signals);
  if (signals.stop_requested()) signals.die();
  return code;
}

}  // namespace kstream::cli
