#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kstream::cli {

/// The HOW of `%{s:HOW}` and `%{k:HOW}`: how bytes are written as text.
enum class Notation : std::uint8_t { plain, hex, base64, json, esc, be16, be32, be64, le16, le32, le64 };

/// `hex` and the others; nothing of another word.
std::optional<Notation> parse_notation(std::string_view word);

std::string_view notation_name(Notation notation);

/// Appends `bytes` so written: as a JSON string (of what is not UTF-8, its base64), as the signed integer that they are
/// (0x... if there are not as many), with `\xNN` for what a terminal would obey (esc).
void append_in(Notation notation, std::string_view bytes, std::string& out);

/// The same backwards, appended to `out`; an integer may have a sign or not; as JSON, null is null,
/// which `null` tells. False if `text` is not so written; `esc`, which does not say what it escaped, is never read.
bool decode_from(Notation notation, std::string_view text, std::string& out, bool& null);

/// How long the JSON string or null at the front of `text` is; npos if not all of it is there, 0 if it is neither.
std::size_t json_size(std::string_view text);
/// The same of an array.
std::size_t json_array_size(std::string_view text);

}  // namespace kstream::cli
