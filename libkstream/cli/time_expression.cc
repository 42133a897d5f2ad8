#include "cli/time_expression.h"

#include "cli/duration.h"
#include "cli/invalid.h"
#include "cli/number.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <optional>

namespace kstream::cli {
namespace {

/// What a clock and a calendar on the wall show.
struct WallClock {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0;
};

Error not_a_time(std::string_view text) {
  return invalid("'" + std::string(text) +
                 "' is not a time: 2026-01-02T03:04:05Z, '2026-01-02 03:04', 03:04, -15m, yesterday, '2 hours ago' or "
                 "@1700000000 (see kconsume(1))");
}

/// Reads a text from its front; every member says whether what it wants was there.
struct Scanner {
  std::string_view rest;

  bool eat(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool digits(std::size_t count, int& value) {
    for (std::size_t i = 0; i < count; ++i) {
      if (i >= rest.size() || !is_digit(rest[i])) return false;
    }
    value = *parse_number<int>(rest.substr(0, count));
    rest.remove_prefix(count);
    return true;
  }
  /// `:05[.678]`, if there is a colon.
  bool seconds(WallClock& clock) { return !eat(':') || (digits(2, clock.second) && fraction(clock.ms)); }
  /// `.678` or, as ISO 8601 and many a log have it, `,678`, if it is there; more than three digits are cut off.
  bool fraction(int& ms) {
    if (!eat('.') && !eat(',')) return true;
    int scale = 100, digit = 0;
    if (!digits(1, digit)) return false;
    do {
      ms += digit * scale;
      scale /= 10;
    } while (digits(1, digit));
    return true;
  }
  bool time_of_day(WallClock& clock) {
    return digits(2, clock.hour) && eat(':') && digits(2, clock.minute) && seconds(clock) && clock.hour < 24 &&
           clock.minute < 60 && clock.second < 60;
  }
  bool date(WallClock& clock) {
    if (!digits(4, clock.year) || !eat('-') || !digits(2, clock.month) || !eat('-') || !digits(2, clock.day))
      return false;
    using namespace std::chrono;
    return clock.year >= 1970 && year_month_day(year(clock.year), month(static_cast<unsigned>(clock.month)),
                                                day(static_cast<unsigned>(clock.day)))
                                     .ok();
  }
  /// `Z`, `+01:00` or `+0100`, as minutes east of Greenwich.
  bool zone(int& minutes) {
    if (eat('Z') || eat('z')) return true;
    bool west = !rest.empty() && rest.front() == '-';
    int h = 0, m = 0;
    if ((!eat('+') && !eat('-')) || !digits(2, h)) return false;
    eat(':');
    if (!digits(2, m) || h > 23 || m > 59) return false;
    minutes = (west ? -1 : 1) * (h * 60 + m);
    return true;
  }
};

std::int64_t utc_ms(const WallClock& c) {
  using namespace std::chrono;
  auto days = sys_days(year(c.year) / month(static_cast<unsigned>(c.month)) / day(static_cast<unsigned>(c.day)));
  return duration_cast<milliseconds>(days.time_since_epoch()).count() +
         ((c.hour * 60LL + c.minute) * 60 + c.second) * 1000 + c.ms;
}

std::tm to_tm(const WallClock& c) {
  std::tm tm{};
  tm.tm_year = c.year - 1900;
  tm.tm_mon = c.month - 1;
  tm.tm_mday = c.day;
  tm.tm_hour = c.hour;
  tm.tm_min = c.minute;
  tm.tm_sec = c.second;
  return tm;
}

/// The first moment at which local clocks show `c`; nothing if they never do.
std::optional<std::int64_t> local_ms(const WallClock& c) {
  std::optional<std::int64_t> first;
  for (int is_dst : {1, 0, -1}) {
    std::tm wanted = to_tm(c), tm = wanted, shown{};
    tm.tm_isdst = is_dst;
    std::time_t seconds = std::mktime(&tm);
    if (!localtime_r(&seconds, &shown) || shown.tm_min != wanted.tm_min || shown.tm_hour != wanted.tm_hour ||
        shown.tm_mday != wanted.tm_mday || shown.tm_mon != wanted.tm_mon || shown.tm_year != wanted.tm_year) {
      continue;
    }
    auto ms = std::int64_t{seconds} * 1000 + c.ms;
    if (!first || ms < *first) first = ms;
  }
  return first;
}

Result<Timestamp> local(const WallClock& clock, std::string_view text) {
  auto ms = local_ms(clock);
  if (!ms)
    return Error{ErrorCode::invalid_timestamp,
                 "'" + std::string(text) +
                     "' is left out by a change of the local clocks; name a zone, as in ...Z or ...+01:00"};
  return Timestamp(*ms);
}

/// Seconds since 1970, rounded down, and the milliseconds beyond them.
std::time_t whole_seconds(Timestamp time) { return time.value / 1000 - (time.value % 1000 < 0 ? 1 : 0); }
int milliseconds_of(Timestamp time) { return static_cast<int>((time.value % 1000 + 1000) % 1000); }

std::tm local_tm(Timestamp time) {
  std::time_t seconds = whole_seconds(time);
  std::tm tm{};
  localtime_r(&seconds, &tm);
  return tm;
}

/// The first moment at which local clocks show `clock` or, where a change of the clocks left that out, the next time
/// that they do show on that day, in quarters of an hour.
Timestamp at_or_after(WallClock clock) {
  for (int quarter = clock.hour * 4; quarter < 96; ++quarter) {
    if (auto ms = local_ms(clock)) return Timestamp(*ms);
    clock.hour = quarter / 4;
    clock.minute = quarter % 4 * 15;
  }
  return Timestamp(utc_ms(clock));
}

/// The date of local clocks `days` days before `now`, at 0:00.
WallClock date_before(Timestamp now, int days) {
  std::tm tm = local_tm(now);
  tm.tm_mday -= days;
  tm.tm_hour = 12;
  tm.tm_isdst = -1;
  std::mktime(&tm);
  return {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday};
}

/// The same time of day, `days` days before `now`.
Timestamp days_before(Timestamp now, int days) {
  WallClock clock = date_before(now, days);
  std::tm tm = local_tm(now);
  clock.hour = tm.tm_hour;
  clock.minute = tm.tm_min;
  clock.second = tm.tm_sec;
  clock.ms = milliseconds_of(now);
  return at_or_after(clock);
}

std::optional<Timestamp> epoch_time(std::string_view text) {
  constexpr std::size_t kSecondsSize = 10, kMillisecondsSize = 13;
  const bool kcat = !text.starts_with('@');
  text.remove_prefix(kcat ? 2 : 1);
  const auto number = parse_number<std::int64_t>(text.substr(0, text.find('.')));
  Scanner behind{text.substr(std::min(text.find('.'), text.size()))};
  const std::size_t size = text.size() - behind.rest.size();
  const bool seconds = !kcat && size == kSecondsSize;
  int ms = 0;
  if (seconds && !behind.fraction(ms)) return std::nullopt;
  if (!number || *number < 0 || !behind.rest.empty()) return std::nullopt;
  if (seconds) return Timestamp(*number * 1000 + ms);
  return kcat || size == kMillisecondsSize ? std::optional(Timestamp(*number)) : std::nullopt;
}

/// `10 minutes ago`.
std::optional<Timestamp> ago(std::string_view text, Timestamp now) {
  constexpr std::string_view kAgo = " ago";
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kTimeUnits = {
      {{"second", 1000}, {"minute", 60'000}, {"hour", 3'600'000}, {"day", 86'400'000}, {"week", 604'800'000}}};
  text.remove_suffix(kAgo.size());
  auto blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  auto number = parse_number<std::int32_t>(text.substr(0, blank));
  auto unit = text.substr(blank + 1);
  if (unit.ends_with('s')) unit.remove_suffix(1);
  for (auto [name, ms] : kTimeUnits) {
    if (name != unit || !number || *number < 0) continue;
    if (ms < 86'400'000) return Timestamp(now.value - *number * ms);
    auto days = *number * (ms / 86'400'000);
    if (days > 36'500) return std::nullopt;
    return days_before(now, static_cast<int>(days));
  }
  return std::nullopt;
}

Result<Timestamp> calendar_time(std::string_view text, Timestamp now) {
  WallClock clock;
  Scanner scanner{text};
  if (text.size() > 2 && text[2] == ':') {
    clock = date_before(now, 0);
    if (!scanner.time_of_day(clock) || !scanner.rest.empty()) return not_a_time(text);
    return local(clock, text);
  }
  if (!scanner.date(clock)) return not_a_time(text);
  if (scanner.rest.empty()) return at_or_after(clock);
  if ((!scanner.eat('T') && !scanner.eat('t') && !scanner.eat(' ')) || !scanner.time_of_day(clock))
    return not_a_time(text);
  if (scanner.rest.empty()) return local(clock, text);
  int minutes = 0;
  if (!scanner.zone(minutes) || !scanner.rest.empty()) return not_a_time(text);
  return Timestamp(utc_ms(clock) - minutes * 60'000LL);
}

Result<Timestamp> any_time(std::string_view text, Timestamp now) {
  if (text == "now") return now;
  if (text == "today") return at_or_after(date_before(now, 0));
  if (text == "yesterday") return at_or_after(date_before(now, 1));
  if (text.starts_with('-') || text.starts_with('P')) {
    auto before = parse_duration(text.substr(text.front() == '-' ? 1 : 0));
    if (!before) return before.error();
    return Timestamp(now.value - before->count());
  }
  if (text.starts_with('+')) {
    auto after = parse_duration(text.substr(1));
    if (!after) return after.error();
    std::int64_t then = 0;
    if (__builtin_add_overflow(now.value, after->count(), &then)) return not_a_time(text);
    return Timestamp(then);
  }
  auto found = text.ends_with(" ago")                                                      ? ago(text, now)
               : text.starts_with('@') || text.starts_with("s@") || text.starts_with("e@") ? epoch_time(text)
                                                                                           : std::nullopt;
  if (found) return *found;
  return calendar_time(text, now);
}

}  // namespace

Result<Timestamp> parse_time(std::string_view text, Timestamp now) {
  auto time = any_time(text, now);
  if (!time || time->value >= 0) return time;
  return Error{ErrorCode::invalid_timestamp, "'" + std::string(text) + "' is before 1970, where Kafka's time begins"};
}

void append_utc(Timestamp time, std::string& out) {
  std::time_t seconds = whole_seconds(time);
  std::tm tm{};
  char text[64];
  gmtime_r(&seconds, &tm);
  int size = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                           tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, milliseconds_of(time));
  out.append(text, static_cast<std::size_t>(size));
}

Timestamp wall_now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

std::string format_utc(Timestamp time) {
  std::string out;
  append_utc(time, out);
  return out;
}

std::string format_local(Timestamp time) {
  std::tm tm = local_tm(time);
  char text[80];
  long minutes = tm.tm_gmtoff / 60;
  long east = minutes < 0 ? -minutes : minutes;
  int size = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02ld:%02ld", tm.tm_year + 1900,
                           tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, milliseconds_of(time),
                           minutes < 0 ? '-' : '+', east / 60, east % 60);
  return std::string(text, static_cast<std::size_t>(size));
}

void append_strftime(Timestamp time, const char* format, std::string& out) {
  std::time_t seconds = whole_seconds(time);
  std::tm tm{};
  char text[256];
  gmtime_r(&seconds, &tm);
  out.append(text, std::strftime(text, sizeof text, format, &tm));
}

std::optional<Timestamp> parse_strptime(const std::string& text, const std::string& format, Timestamp now,
                                        std::size_t& size) {
  using namespace std::chrono;
  std::tm tm = local_tm(now);
  tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
  const char* end = ::strptime(text.c_str(), format.c_str(), &tm);
  if (!end || tm.tm_sec > 59) return std::nullopt;
  size = static_cast<std::size_t>(end - text.c_str());
  const WallClock clock{tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec};
  const auto date =
      year(clock.year) / month(static_cast<unsigned>(clock.month)) / day(static_cast<unsigned>(clock.day));
  if (!date.ok()) return std::nullopt;
  const bool zone = format.find("%z") != std::string::npos;
  const auto ms = zone ? std::optional(utc_ms(clock) - std::int64_t{tm.tm_gmtoff} * 1000) : local_ms(clock);
  return ms && *ms >= 0 ? std::optional(Timestamp(*ms)) : std::nullopt;
}

}  // namespace kstream::cli
