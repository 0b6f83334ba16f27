// The part of DescribeFile for files of text: markup, JSON, data URIs, base64. For base/ only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

// What a text is, in the words of DescribeFile; nothing for bytes that are no text. text: as there.
std::optional<std::string> DescribeText(std::string_view text);

}  // namespace edgevlm
