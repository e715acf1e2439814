// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Spheres over a chequered floor, one ray a pixel and its reflections, in fixed point
/// @notice Nothing but arithmetic and memory: the compute-heavy contract in the benchmark of blocks.
contract RayTracer {
    int256 private constant ONE = 1 << 32;
    uint256 private constant BOUNCES = 4;

    struct Vec {
        int256 x;
        int256 y;
        int256 z;
    }

    struct Sphere {
        Vec centre;
        int256 radius;
        int256 shine;
    }

    /// @notice Renders and gives a checksum of the picture.
    function render(uint256 width, uint256 height) external pure returns (uint256 sum) {
        Sphere[] memory scene = new Sphere[](5);
        for (uint256 i = 0; i < scene.length; i++) {
            int256 n = int256(i);
            Vec memory centre = Vec((n - 2) * ONE * 9 / 4, ((n * n) % 3) * ONE / 2, (6 + (n * 7) % 4) * ONE);
            scene[i] = Sphere(centre, ONE + (n % 2) * ONE / 4, ONE / 2 + n * ONE / 16);
        }
        for (uint256 y = 0; y < height; y++) {
            for (uint256 x = 0; x < width; x++) {
                int256 dx = (int256(2 * x + 1) * ONE) / int256(width) - ONE;
                int256 dy = ONE - (int256(2 * y + 1) * ONE) / int256(height);
                sum = sum * 31 + uint256(trace(scene, Vec(0, ONE / 2, 0), unit(Vec(dx, dy, ONE))));
                sum %= 1 << 128;
            }
        }
    }

    function trace(Sphere[] memory scene, Vec memory from, Vec memory ray) private pure returns (int256 light) {
        int256 weight = ONE;
        for (uint256 bounce = 0; bounce < BOUNCES; bounce++) {
            (uint256 hit, int256 distance) = nearest(scene, from, ray);
            if (hit == scene.length) return light + mul(weight, background(from, ray));
            Sphere memory sphere = scene[hit];
            from = add(from, scale(ray, distance));
            Vec memory normal = scale(sub(from, sphere.centre), ONE * ONE / sphere.radius);
            int256 facing = dot(normal, Vec(ONE * 3 / 5, ONE * 4 / 5, 0));
            if (facing > 0) light += mul(mul(weight, ONE - sphere.shine), facing);
            weight = mul(weight, sphere.shine);
            ray = sub(ray, scale(normal, 2 * dot(ray, normal)));
        }
    }

    /// The first sphere that the ray meets, or their number if none, and how far away.
    function nearest(Sphere[] memory scene, Vec memory from, Vec memory ray)
        private
        pure
        returns (uint256 hit, int256 distance)
    {
        hit = scene.length;
        distance = type(int256).max;
        for (uint256 i = 0; i < scene.length; i++) {
            Vec memory to = sub(scene[i].centre, from);
            int256 along = dot(to, ray);
            if (along <= 0) continue;
            int256 inside = mul(scene[i].radius, scene[i].radius) - dot(to, to) + mul(along, along);
            if (inside <= 0) continue;
            int256 far = along - root(inside);
            if (far > ONE / 1024 && far < distance) (hit, distance) = (i, far);
        }
    }

    function background(Vec memory from, Vec memory ray) private pure returns (int256) {
        if (ray.y >= 0) return ONE / 2 + ray.y / 2;
        int256 t = (-(from.y + ONE) * ONE) / ray.y;
        int256 chequer = (from.x + mul(t, ray.x)) / ONE + (from.z + mul(t, ray.z)) / ONE;
        return chequer % 2 == 0 ? ONE : ONE / 8;
    }

    function mul(int256 a, int256 b) private pure returns (int256) {
        return (a * b) / ONE;
    }

    function dot(Vec memory a, Vec memory b) private pure returns (int256) {
        return (a.x * b.x + a.y * b.y + a.z * b.z) / ONE;
    }

    function add(Vec memory a, Vec memory b) private pure returns (Vec memory) {
        return Vec(a.x + b.x, a.y + b.y, a.z + b.z);
    }

    function sub(Vec memory a, Vec memory b) private pure returns (Vec memory) {
        return Vec(a.x - b.x, a.y - b.y, a.z - b.z);
    }

    function scale(Vec memory a, int256 by) private pure returns (Vec memory) {
        return Vec(mul(a.x, by), mul(a.y, by), mul(a.z, by));
    }

    function unit(Vec memory a) private pure returns (Vec memory) {
        return scale(a, (ONE * ONE) / root(dot(a, a)));
    }

    /// Square root by Newton's steps.
    function root(int256 a) private pure returns (int256) {
        int256 n = a * ONE;
        int256 x = ONE > a ? ONE : a;
        for (uint256 i = 0; i < 40; i++) {
            int256 next = (x + n / x) / 2;
            if (next >= x) return x;
            x = next;
        }
        return x;
    }
}
