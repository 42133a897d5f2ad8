#include "cli/produce.h"
#include "cli/start.h"

int main(int argc, char** argv) {
  using namespace kstream::cli;
  return start(kProduceProgram, argc, argv, run_produce, produce_tools());
}
