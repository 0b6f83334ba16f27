// Rejects request fields whose features this server does not have.
#pragma once

#include <initializer_list>
#include <string_view>

#include "server/parse/fields.h"

namespace edgevlm {

// 400 with the code "unsupported" for fields of any API that constrain the reply, or request more
// than its text, in ways that are not implemented: ignoring them would silently return something
// else. null and the values by which clients switch a feature off are accepted. Fields without an
// effect on the reply (the user, storage, how long a model stays loaded, effort hints) are ignored.
//   supported  fields that this endpoint has, although others do not
void RejectUnsupported(Fields& fields, std::initializer_list<std::string_view> supported = {});

}  // namespace edgevlm
