// ZooHost
