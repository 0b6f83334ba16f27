// Decodes the percent-encoding of URLs.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

// "a%2Fb" becomes "a/b" (RFC 3986, 2.1). A '%' that two hexadecimal digits do not follow stays.
std::string DecodePercents(std::string_view text);

}  // namespace edgevlm
