// The same, for what is optimised for size.
#include "std.h"
