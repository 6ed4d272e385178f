// SHA-256 (FIPS 180-4), for one purpose: a page names its own script and style in its security
// policy by their hashes, so that a browser runs nothing else that might stand in it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace proactor_lab::figures {

std::array<std::uint8_t, 32> sha256(std::string_view bytes);

/// "sha256-..." in base64, as a Content-Security-Policy wants it.
std::string policy_hash(std::string_view bytes);

}  // namespace proactor_lab::figures
