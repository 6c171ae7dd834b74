#!/bin/sh
# A browser in an emulated host; Playwright takes this for the browser itself.
exec ip netns exec "$STARLING_NAMESPACE" "$STARLING_BROWSER" "$@"
