#include "cli/consume.h"
#include "cli/start.h"

int main(int argc, char** argv) {
  return kstream::cli::start(kstream::cli::kConsumeProgram, argc, argv, kstream::cli::run_consume);
}
