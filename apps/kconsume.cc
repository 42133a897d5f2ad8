#include "cli/consume.h"
#include "cli/start.h"

int main(int argc, char** argv) {
  using namespace kstream::cli;
  return start(kConsumeProgram, argc, argv, run_consume, consume_tools());
}
