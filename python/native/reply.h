// A Reply as the fields of edgevlm.Reply.
#pragma once

#include "edgevlm/edgevlm.h"
#include "native/errors.h"

namespace edgevlm::python {

py::dict ReplyFields(const Reply& reply);

}  // namespace edgevlm::python
