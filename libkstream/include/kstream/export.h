#pragma once

/// Marks what programs may call from outside `libkstream.so`; everything else is hidden.
#define KSTREAM_API __attribute__((visibility("default")))
/// Hides a class that is nested in one that is not.
#define KSTREAM_LOCAL __attribute__((visibility("hidden")))
