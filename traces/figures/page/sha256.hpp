// SHA-256 (FIPS 180-4). A page's Content-Security-Policy contains the hashes of its script and
// style, so that a browser runs no other script.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace proactor_lab::figures {

std::array<std::uint8_t, 32> sha256(std::string_view bytes);

/// "sha256-..." in base64, as required in a Content-Security-Policy.
std::string policy_hash(std::string_view bytes);

}  // namespace proactor_lab::figures
