#pragma once

#include <kstream/result.h>

#include "base/config/config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Values of configs as text, read as Kafka reads them: blanks around are ignored, booleans and choices that Kafka
/// reads in any case are, numbers are decimal.
namespace kstream::config {

std::string_view trim(std::string_view text);
/// Nothing if the text is none.
std::optional<bool> parse_boolean(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_real(std::string_view text);
/// Items between commas, blanks around them removed; blank text is the empty list.
std::vector<std::string_view> parse_list(std::string_view text);

/// Whether `value` is of the row's type and among its valid values: INVALID_CONFIG with one sentence that quotes name
/// and value, a password's value never. Says nothing about effect.
Status check_value(const Row& row, std::string_view value);

/// Whether two valid values mean the same: `07` and `7`, `TRUE` and `true`, `a, b` and `a,b`.
bool same_value(const Row& row, std::string_view a, std::string_view b);
/// Whether `value` is the row's default; where that is null, whether it is blank.
bool is_default(const Row& row, std::string_view value);

/// What the row's synonyms give by what is set in `values`: the first that is set, times its factor (a negative number
/// means "none" in every unit and stays). One that is no number where it should be is as if it were not set.
std::optional<std::string> value_of_synonyms(const Row& row, const Values& values);

}  // namespace kstream::config
