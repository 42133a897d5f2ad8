#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include <optional>
#include <string>
#include <string_view>

namespace kstream::cli {

/// A point in time as a person types it. Without a zone it is local time (TZ), as in date(1):
///
///     2026-01-02T03:04:05.678+01:00   RFC 3339; the zone, seconds and time may be left out, and T may be a blank
///     03:04[:05]                      today
///     today  yesterday                their first moment, local time
///     now
///     -15m  -1h30m  +10s              before now, after now
///     PT10M                           before now, ISO 8601
///     10 minutes ago                  second(s) to week(s); a day ago is the same time of that day
///     @1700000000  @1700000000000     seconds (10 digits) or milliseconds (13 digits) since 1970
///     s@1700000000000  e@...          milliseconds since 1970, as kcat writes them
///
/// A local time that a change of the clocks leaves out is an error, and of one that comes twice the first is meant.
Result<Timestamp> parse_time(std::string_view text, Timestamp now);

/// The time, by the system's clock.
Timestamp wall_now();

/// `2026-01-02T02:04:05.678Z`.
std::string format_utc(Timestamp time);
void append_utc(Timestamp time, std::string& out);

/// `2026-01-02T03:04:05.678+01:00`, in the zone of TZ.
std::string format_local(Timestamp time);

/// strftime(3) in UTC with `format`; nothing if it gives no text.
void append_strftime(Timestamp time, const char* format, std::string& out);

/// The time at the front of `text`, by strptime(3) with `format`: local time unless that has %z. What it lacks is as on
/// the day of `now`, at 0:00. `size` is how much of `text` it takes.
std::optional<Timestamp> parse_strptime(const std::string& text, const std::string& format, Timestamp now,
                                        std::size_t& size);

}  // namespace kstream::cli
