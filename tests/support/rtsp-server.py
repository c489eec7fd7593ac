# A real RTSP server for tests: serves video files, one path each, to any number of clients.
# python3 rtsp-server.py PORT /path=file.mp4:h264 /other=file.mp4:h265 … ; PORT 0 takes a free one.
# The port is the first line of its output. Debian: gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good
import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
gi.require_version("GstRtsp", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
for mount in sys.argv[2:]:
    path, rest = mount.split("=", 1)
    name, codec = rest.rsplit(":", 1)
    factory = GstRtspServer.RTSPMediaFactory()
    # The parameter sets before every key frame, as cameras do.
    factory.set_launch(
        f'( filesrc location="{name}" ! qtdemux ! rtp{codec}pay name=pay0 pt=96 config-interval=-1 )'
    )
    user = os.environ.get("RTSP_USER")
    if user is not None:
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.add_digest(user, os.environ["RTSP_PASSWORD"], token)
        server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("viewer", "media.factory.access", True)
        permissions.add_permission_for_role("viewer", "media.factory.construct", True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory(path, factory)
if server.attach(None) == 0:
    sys.exit("port is taken")
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
