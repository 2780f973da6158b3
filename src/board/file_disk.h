// file_disk.h -- the outbox's files: one folder, mode 0600.
#pragma once

#include "base/port/file_disk.h"
