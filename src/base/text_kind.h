// The part of DescribeFile for files of text: markup, JSON, data URIs, base64. For base/ only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

// The kind of a text, in the words of DescribeFile; nothing for bytes that are not text. text: as
// there.
std::optional<std::string> DescribeText(std::string_view text);

}  // namespace edgevlm
