// Includes <jpeglib.h> with the headers that it needs, and its message codes.
#pragma once

// clang-format off: the order matters
#include <jerror.h>
#include <jpeglib.h>

#include <cstddef>
#include <cstdio>
// clang-format on
