// Reads the keyword arguments of Python's Engine and of its replies.
#pragma once

#include "edgevlm/edgevlm.h"
#include "native/errors.h"

namespace edgevlm::python {

// Names and spellings are those of the command line (edgevlm ask --help-all), with underscores.
// None leaves the default. Errors: TypeError (an unknown name, a value of the wrong type),
// InvalidError. The engine checks ranges.
EngineOptions ReadEngineOptions(const py::dict& values);
DecodeOptions ReadDecodeOptions(const py::dict& values);

}  // namespace edgevlm::python
