// DescribeFile: names the kind of a file, for error messages that expected another kind.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace edgevlm {

// A noun phrase for one line, with a hint in parentheses where there is one: "a GIF image", "a web
// page (HTML)", "a Git LFS pointer (`git lfs pull` fetches the file itself)", "base64 text of a PNG
// image (decode it first)", "text that begins 'GET /'", "unknown bytes that begin 00 01 02 03".
// Looks at the start of the file only. Covers the files that are passed by mistake instead of an
// image or a model, our own formats included. file: the whole file or its first 64 KiB.
// Cost: microseconds.
std::string DescribeFile(std::span<const std::byte> file);

}  // namespace edgevlm
