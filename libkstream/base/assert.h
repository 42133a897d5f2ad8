#pragma once

namespace kstream::base {

/// Prints file, line and text to stderr and aborts.
[[noreturn]] void assertion_failed(const char* file, int line, const char* condition);

}  // namespace kstream::base

/// What must never happen. On in release builds too; never for input from a network or a disk.
#define KS_ASSERT(condition) \
  (__builtin_expect(!(condition), 0) ? ::kstream::base::assertion_failed(__FILE__, __LINE__, #condition) : void())
