// Fields that ask for what this server does not do.
#pragma once

#include "server/parse/fields.h"

namespace edgevlm {

// 400 with the code "unsupported" for fields of any API that would constrain the reply, or ask for
// more than its text, and are not kept to: ignoring them would silently return something else.
// null, and the values that clients send when they want nothing, are fine. What has no effect on
// the reply (who asks, what is stored, how long a model stays loaded, hints on effort) is ignored.
void RefuseUnsupported(Fields& fields);

}  // namespace edgevlm
