#include "cli/produce.h"

#include "cli/input_places.h"
#include "cli/json_record.h"
#include "cli/line_reader.h"
#include "cli/outage_clock.h"
#include "cli/produce_ledger.h"
#include "cli/signals.h"

#include <kstream/admin.h>
#include <kstream/producer.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

namespace kstream::cli {
namespace {

using std::chrono::milliseconds;

/// How often a wait is interrupted to look for signals and for brokers that are gone.
constexpr milliseconds kGlance(200);

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

class Producing {
 public:
  Producing(const ProducePlan& plan, const ClientSettings& settings, const Console& console)
      : plan_(plan),
        settings_(settings),
        console_(console),
        places_(plan.json || plan.delimiter == "\n" ? "line" : "record"),
        outage_(settings.timeout, settings.answer_timeout()) {
    for (const Header& header : plan.headers) headers_.push_back({header.name, header.value});
  }

  /// Sees that there is something to send to.
  ExitCode begin() {
    auto producer = Producer::create(settings_.config, [this](const Delivery& delivery) { delivered(delivery); });
    if (!producer) return console_.fail(ExitCode::usage, producer.error().detail);
    producer_ = std::move(*producer);
    if (!plan_.topic.empty()) check_topic(plan_.topic);
    return exit_;
  }

  ExitCode run(const Signals& signals) {
    signals_ = &signals;
    for (const auto& file : plan_.files) {
      if (stopped()) break;
      send_file(file);
    }
    finish();
    report();
    return exit_;
  }

 private:
  bool stopped() const { return exit_ != ExitCode::done || (signals_ && signals_->stop_requested()); }

  /// The first failure decides the exit code and is the one that is told.
  void fail(ExitCode code, const std::string& text) {
    if (exit_ == ExitCode::done) exit_ = console_.fail(code, text);
  }
  void fail(const Error& error, const std::string& where) { fail(exit_code_of(error.code), where + error.to_string()); }

  // Topics

  /// Whether the topic is there, or was created, and has the partition that is wanted.
  bool check_topic(const std::string& topic) {
    auto count = producer_->partition_count(topic, settings_.timeout);
    if (count.code() == ErrorCode::unknown_topic_or_partition && plan_.create) count = create(topic);
    if (count.code() == ErrorCode::unknown_topic_or_partition) {
      fail(ExitCode::not_found,
           "there is no topic " + topic + "; create it with: ktopics create " + topic + settings_.same_cluster);
    } else if (!count) {
      fail(count.error(), topic + ": ");
    } else if (plan_.partition && plan_.partition->value >= *count) {
      fail(ExitCode::not_found, topic + " has no partition " + std::to_string(plan_.partition->value) +
                                    "; its last is " + std::to_string(*count - 1));
    }
    if (stopped()) return false;
    known_topics_.insert(topic);
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

  void send_file(const std::string& name) {
    Input input{name == "-" ? "stdin" : name, STDIN_FILENO, false, false};
    if (name != "-") {
      input.fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
      input.owned = input.fd >= 0;
    }
    struct stat status {};
    if (input.fd < 0 || ::fstat(input.fd, &status) != 0) return fail_reading(input);
    input.waits = !S_ISREG(status.st_mode);
    places_.begin_file(input.name, ledger_.sent_count(), bytes_);
    std::string delimiter = plan_.json ? "\n" : plan_.delimiter;
    LineReader reader(input.fd, delimiter, static_cast<std::size_t>(settings_.config.number("max.request.size")));
    while (!stopped()) {
      send_lines(reader);
      if (stopped() || !read_more(input, reader)) break;
    }
    bytes_ += reader.next_byte();
  }

  void send_lines(LineReader& reader) {
    for (line_byte_ = bytes_ + reader.next_byte(); auto line = reader.next();
         line_byte_ = bytes_ + reader.next_byte()) {
      if (!(plan_.json ? send_json(*line) : send_line(*line))) return;
      ledger_.sent(bytes_ + reader.next_byte() - line_byte_);
    }
  }

  /// Waits for input, letting deliveries come in meanwhile. False when there is no more, behind the last line.
  bool read_more(const Input& input, LineReader& reader) {
    producer_->poll(milliseconds(0));
    if (input.waits && !wait_for(input.fd)) return !stopped();
    switch (reader.fill()) {
      case LineReader::Fill::more:
      case LineReader::Fill::nothing:
        return true;
      case LineReader::Fill::end:
        if (auto before = ledger_.sent_count(); !stopped()) {
          send_lines(reader);
          return ledger_.sent_count() != before;
        }
        return false;
      case LineReader::Fill::too_long:
        fail(ExitCode::failed,
             here() + ": longer than max.request.size=" + std::string(settings_.config.get("max.request.size")) +
                 "; raise it with -X max.request.size=N, and the topic's max.message.bytes");
        return false;
      case LineReader::Fill::failed:
        fail_reading(input);
    }
    return false;
  }

  void fail_reading(const Input& input) { fail(ExitCode::failed, input.name + ": " + std::strerror(errno)); }

  /// True once `fd` can be read.
  bool wait_for(int fd) {
    pollfd waits[] = {{fd, POLLIN, 0}, {producer_->event_fd(), POLLIN, 0}, {signals_->fd(), POLLIN, 0}};
    if (::poll(waits, 3, ledger_.all_settled() ? -1 : static_cast<int>(kGlance.count())) < 0) return false;
    if (waits[1].revents != 0) producer_->poll(milliseconds(0));
    return !brokers_are_gone() && waits[0].revents != 0;
  }

  // Records

  bool send_line(std::string_view line) {
    ProducerRecord record;
    record.key = plan_.key ? std::optional<std::string_view>(*plan_.key) : std::nullopt;
    record.value = line;
    if (plan_.key_delimiter) {
      if (auto at = line.find(*plan_.key_delimiter); at != std::string_view::npos) {
        record.key = line.substr(0, at);
        record.value = line.substr(at + plan_.key_delimiter->size());
      }
    }
    record.topic = plan_.topic;
    record.headers = headers_;
    return send(record);
  }

  bool send_json(std::string_view line) {
    auto parsed = parser_.parse(line);
    if (!parsed) {
      fail(ExitCode::failed, here() + ": " + parsed.error().detail);
      return false;
    }
    if (plan_.topic.empty() && parsed->topic.value_or("").empty()) {
      fail(ExitCode::failed, here() + ": no \"topic\", and none on the command line");
      return false;
    }
    ProducerRecord record;
    record.topic = plan_.topic.empty() ? *parsed->topic : plan_.topic;
    bool known = known_topics_.find(record.topic) != known_topics_.end();
    if (!known && !check_topic(std::string(record.topic))) return false;
    if (plan_.keep_partition && parsed->partition) record.partition = PartitionId(*parsed->partition);
    if (plan_.keep_timestamp && parsed->timestamp) record.timestamp = Timestamp(*parsed->timestamp);
    record.key = parsed->key || !plan_.key ? parsed->key : std::optional<std::string_view>(*plan_.key);
    record.value = parsed->value;
    headers_.resize(plan_.headers.size());
    headers_.insert(headers_.end(), parsed->headers.begin(), parsed->headers.end());
    record.headers = headers_;
    return send(record);
  }

  /// Hands the record over, waiting while the producer has no room. False if it was not taken.
  bool send(ProducerRecord& record) {
    if (plan_.empty_is_null && record.value && record.value->empty()) record.value.reset();
    if (plan_.partition) record.partition = plan_.partition;
    record.tag = ledger_.sent_count();
    while (true) {
      auto status = producer_->send(record);
      if (status) return true;
      if (status.code() != ErrorCode::request_timed_out) {
        fail(status.error(), here() + ": ");
        return false;
      }
      if (brokers_are_gone() || stopped()) return false;
    }
  }

  /// Gives up once brokers have been out of reach for too long while something waits for them.
  bool brokers_are_gone() {
    if (gone_ || ledger_.all_settled()) return gone_;
    auto trouble = producer_->stats().last_trouble;
    gone_ = outage_.is_over(trouble.code, OutageClock::Clock::now());
    if (!gone_) return false;
    fail(ExitCode::unreachable,
         "gave up after " + std::to_string(settings_.timeout.count()) + " ms: " + trouble.to_string());
    return true;
  }

  void delivered(const Delivery& delivery) {
    if (delivery.ok()) {
      ledger_.acknowledged(delivery.tags());
      if (console_.verbosity() > 0) {
        console_.detail(std::string(delivery.topic()) + " [" + std::to_string(delivery.partition().value) +
                        "]: " + std::to_string(delivery.count()) + " records from offset " +
                        std::to_string(delivery.base_offset().value));
      }
      return;
    }
    ledger_.failed(delivery.tags());
    for (const auto& refused : delivery.record_errors()) {
      fail(exit_code_of(delivery.error().code),
           places_.name(delivery.tags()[refused.index]) + ": " + std::string(refused.detail));
    }
    fail(delivery.error(), std::string(delivery.topic()) + " [" + std::to_string(delivery.partition().value) + "], " +
                               places_.name(delivery.tags().front()) + ": ");
  }

  // The end

  /// Waits until everything is delivered, or failed, or brokers are gone for too long.
  void finish() {
    while (!ledger_.all_settled() && !brokers_are_gone()) {
      auto flushed = producer_->flush(kGlance);
      if (flushed.code() != ErrorCode::request_timed_out) return;
    }
  }

  void report() const {
    auto sent = ledger_.sent_count(), acknowledged = ledger_.acknowledged_count();
    bool awaited = settings_.config.get("acks") != "0";
    std::string text =
        (awaited ? "acknowledged " : "sent ") + std::to_string(acknowledged) + " of " + std::to_string(sent);
    if (acknowledged == sent) return console_.note(text);
    auto first = ledger_.first_open();
    if (first > 0) text += "; all up to " + places_.name(first - 1);
    console_.error(text + "; first not: " + places_.place(first, ledger_.first_open_byte()));
  }

  std::string here() const { return places_.place(ledger_.sent_count(), line_byte_); }

  const ProducePlan& plan_;
  const ClientSettings& settings_;
  const Console& console_;
  const Signals* signals_ = nullptr;  ///< once there is something to lose
  std::optional<Producer> producer_;
  ProduceLedger ledger_;
  JsonRecordParser parser_;
  std::vector<HeaderView> headers_;
  InputPlaces places_;
  std::set<std::string, std::less<>> known_topics_;
  std::uint64_t bytes_ = 0;      ///< of the inputs before the current one
  std::uint64_t line_byte_ = 0;  ///< where the current record begins
  OutageClock outage_;
  bool gone_ = false;
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
