// The same, for command lines.
#include "std.h"

#include <CLI/CLI.hpp>
