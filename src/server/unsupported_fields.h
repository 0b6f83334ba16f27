// Rejects request fields whose features this server does not have.
#pragma once

#include "server/parse/fields.h"

namespace edgevlm {

// 400 with the code "unsupported" for fields of any API that constrain the reply, or request more
// than its text, in ways that are not implemented: ignoring them would silently return something
// else. null and the values by which clients switch a feature off are accepted. Fields without an
// effect on the reply (the user, storage, how long a model stays loaded, effort hints) are ignored.
void RejectUnsupported(Fields& fields);

}  // namespace edgevlm
