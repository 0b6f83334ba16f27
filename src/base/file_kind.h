// What the bytes of a file are, in words for an error message that expected something else.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace edgevlm {

// A noun phrase for one line, with a hint in parentheses where there is one: "a GIF image", "a web
// page (HTML)", "a Git LFS pointer (`git lfs pull` fetches the file itself)", "base64 text of a PNG
// image (decode it first)", "text that begins 'GET /'", "unknown bytes that begin 00 01 02 03".
// Judges by the beginning alone and checks nothing behind it. Covers what is handed over by mistake
// for an image or a model, our own formats among it. file: the whole file or its first 64 KiB.
// Cost: microseconds.
std::string DescribeFile(std::span<const std::byte> file);

}  // namespace edgevlm
