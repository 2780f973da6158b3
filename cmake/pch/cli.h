// The same, for programs and what reads their command lines.
#include "std.h"

#include <CLI/CLI.hpp>
